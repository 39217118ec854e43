/// A small hub in Python, which serves one repository to the client library in the same process.
///
/// A script begins with it and then has `serve()`, which sets `HF_ENDPOINT`, and so has to come before the import of the
/// library; `COMMIT`; `FILES`, bytes by path; `LFS`, the paths of the files that are in LFS.
let pythonHub = """
  import hashlib, http.server, json, os, sys, threading
  from urllib.parse import unquote

  COMMIT = "c" * 40
  FILES = {"config.json": b'{"a": 1}', "unet/deep/er/weights.bin": bytes(range(256)) * 20, "empty.txt": b"",
           "copy.json": b'{"a": 1}'}
  LFS = {"unet/deep/er/weights.bin"}

  def git_hash(content):
      return hashlib.sha1(b"blob %d\\0" % len(content) + content).hexdigest()

  def etag(path):
      return hashlib.sha256(FILES[path]).hexdigest() if path in LFS else git_hash(FILES[path])

  def entry(path):
      content = FILES[path]
      entry = {"type": "file", "path": path, "oid": git_hash(content), "size": len(content)}
      if path in LFS:
          entry["lfs"] = {"oid": etag(path), "size": len(content), "pointerSize": 130}
      return entry

  class Handler(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"

      def log_message(self, *arguments):
          pass

      def answer(self, status, headers, body):
          self.send_response(status)
          for name, value in headers.items():
              self.send_header(name, value)
          self.send_header("Content-Length", str(len(body)))
          self.end_headers()
          if self.command != "HEAD":
              self.wfile.write(body)

      def do_GET(self):
          path = self.path.split("?")[0]
          if path.startswith("/api/") and "/tree/" in path:
              self.answer(200, {}, json.dumps([entry(path) for path in FILES]).encode())
          elif path.startswith("/api/"):
              siblings = [{"rfilename": path} for path in FILES]
              self.answer(200, {}, json.dumps({"id": "org/model", "sha": COMMIT, "siblings": siblings}).encode())
          else:
              file = unquote(path.split("/resolve/")[1].split("/", 1)[1])
              if file in FILES:
                  headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag(file)}"'}
                  self.answer(200, headers, FILES[file])
              else:
                  self.answer(404, {"X-Repo-Commit": COMMIT, "X-Error-Code": "EntryNotFound"}, b"")

      do_HEAD = do_GET

  def serve():
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_address[1]}"

  """
