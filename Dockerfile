# One image for the API, the worker and the commands; see docker-compose.yml.
FROM python:3.13.9-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /app
# Dependencies change less often than the code: a layer of their own, as locked, by hash.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY generators generators
COPY indexing indexing
COPY mappings mappings
RUN pip install --no-deps .
COPY deployment deployment

# A folder of its own to write to, for whoever runs commands that keep something there.
RUN useradd --uid 10001 --create-home affindex
USER affindex
WORKDIR /home/affindex
# The volume over it takes its owner from here.
RUN mkdir -m 700 .affindex

EXPOSE 8000
ENTRYPOINT ["affindex"]
CMD ["serve"]
