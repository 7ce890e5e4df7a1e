"""The app on several processes: Ray for the models, web servers, nginx in front of them."""
