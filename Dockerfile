# The app on a CPU, for whoever hosts it. README, "Run it elsewhere", tells how to build and run it.
FROM python:3.11-slim

# What pip would take by itself is torch with gigabytes of CUDA. Give the address of PyTorch's CPU
# index; without it the build ends here, at once, since only that index has torch for the CPU alone.
ARG PIP_EXTRA_INDEX_URL

WORKDIR /app
COPY requirements.txt ./
# torch's own tests and its C++ headers are nothing that Python reads.
RUN sed -n 's/^\(torch==[0-9.]*\).*/\1+cpu/p' requirements.txt > /tmp/cpu.txt \
    && pip install --no-cache-dir --root-user-action=ignore --disable-pip-version-check \
        --requirement requirements.txt --constraint /tmp/cpu.txt \
    && rm /tmp/cpu.txt \
    && cd "$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch" \
    && rm -r test include

COPY .streamlit ./.streamlit
COPY backend ./backend
COPY components ./components
COPY pages ./pages
COPY app.py ./
# Compiled here, once: the one who runs it may write nothing but models.
RUN python -m compileall -q backend components \
    && useradd --uid 10001 --no-create-home --home-dir /models --shell /usr/sbin/nologin explorer \
    && install --directory --owner explorer --group explorer /models

ENV HF_HOME=/models \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
USER 10001
VOLUME /models
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as ask; ask.build_opener(ask.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['STREAMLIT_SERVER_PORT'] + '/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
