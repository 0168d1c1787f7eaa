"""The widget's files, as other websites load them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from companion.settings import ROOT

__all__ = ["WIDGET", "Assets"]

WIDGET = ROOT / "widget"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
#: Any website may load the code: it is public, and holds nobody's data.
_PUBLIC = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_FOREVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=300"


class Assets:
    """`/widget.js`, which browsers ask for again after five minutes, leads to the files of this release, which they
    keep: their address has a hash of all of them in it, so that files of two releases are never mixed."""

    def __init__(self, folder: Path = WIDGET) -> None:
        self._files = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.suffix in _TYPES}
        digest = hashlib.sha256(b"\0".join(name.encode() + b"\0" + data for name, data in self._files.items()))
        self._version = digest.hexdigest()[:16]
        self._packed = {name: gzip.compress(data, mtime=0) for name, data in self._files.items()}

    def routes(self) -> list[Route]:
        """To be mounted by the application."""
        return [Route("/widget.js", self._entry), Route("/widget/{version}/{name}", self._file)]

    async def _entry(self, request: Request) -> Response:
        headers = {**_PUBLIC, "Cache-Control": _BRIEFLY, "ETag": f'"{self._version}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(f'import "./widget/{self._version}/main.js";\n', headers=headers, media_type=_TYPES[".js"])

    async def _file(self, request: Request) -> Response:
        name, version = request.path_params["name"], request.path_params["version"]
        if name not in self._files:
            raise HTTPException(404)
        # A page that was opened before an upgrade gets today's files, and does not keep them under the old name.
        headers = {**_PUBLIC, "Cache-Control": _FOREVER if version == self._version else "no-store"}
        headers["Vary"] = "Accept-Encoding"
        data = self._files[name]
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            data = self._packed[name]
        return Response(data, headers=headers, media_type=_TYPES[Path(name).suffix])
