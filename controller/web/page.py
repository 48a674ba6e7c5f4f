"""The page: one document for every address of it, and the four files that it loads. All that it shows is the API's.

What is served under the digest of its content is kept by browsers for ever; the document is asked for again each time,
and is not sent again while it is the same.
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from controller.web.assets import Asset, assets
from controller.web.refusing import refused

# Nothing but our own files is loaded, nothing inline runs, and no text can become markup: the browser sees to that.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
GUARDED: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
REVALIDATED: Final = "no-cache"
FOR_EVER: Final = "public, max-age=31536000, immutable"
READ: Final = ["GET", "HEAD"]


def page() -> APIRouter:
    """``/``, the addresses within the page, and its files."""
    router = APIRouter(include_in_schema=False)
    found = assets()

    def document(request: Request) -> Response:
        return _sent(request, found.document, REVALIDATED)

    for path in ("/", "/activity", "/services/{environment}/{name}"):
        router.add_api_route(path, document, methods=READ)

    @router.api_route("/static/{digest}/{name}", methods=READ)
    def file(request: Request, digest: str, name: str) -> Response:
        asset = found.files.get(name)
        if asset is None or digest != found.digest:
            raise HTTPException(404, "There is no such file in this version of the page. Load it again: /")
        return _sent(request, asset, FOR_EVER)

    return router


async def missing(request: Request, error: Exception) -> Response:
    """404: for a browser the page, which says so and leads back; the API's own sentence for everybody else."""
    asks_to_read = "text/html" in request.headers.get("accept", "") and request.method in READ
    if asks_to_read and not request.url.path.startswith(("/api/", "/static/")):
        return _answer(assets().document, REVALIDATED, 404)
    return await refused(request, error)


def _sent(request: Request, asset: Asset, caching: str) -> Response:
    known = request.headers.get("if-none-match", "").replace("W/", "")
    if asset.etag in (each.strip() for each in known.split(",")):
        return Response(status_code=304, headers=GUARDED | {"etag": asset.etag, "cache-control": caching})
    return _answer(asset, caching, 200)


def _answer(asset: Asset, caching: str, status: int) -> Response:
    headers = GUARDED | {"etag": asset.etag, "cache-control": caching}
    return Response(asset.body, status, headers, asset.media_type)
