/* The sidebar makes room where it would lie on the page, on a phone, and while presenting: once a
   page is chosen or opened, or presenting begins. By itself the browser opens it again as it was
   left last, over whatever page that is. */

const OVER_THE_PAGE = matchMedia("(max-width: 768px)"); // where Streamlit lays it over the page

function makeRoom(main, { place, presenting }) {
  const shown = JSON.stringify([place, presenting]);
  if (main.dataset.roomFor === shown) return;
  main.dataset.roomFor = shown;
  if (!presenting && !OVER_THE_PAGE.matches) return;
  document.querySelector(
    "[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarCollapseButton] button",
  )?.click();
}
