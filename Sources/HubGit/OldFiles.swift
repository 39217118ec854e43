import Foundation

/// Removes the file or the directory `path` if it was not changed for `seconds`; what cannot be removed stays.
func removeOld(_ path: String, seconds: Int64) {
  var status = stat()
  guard lstat(path, &status) == 0 else { return }
  #if os(macOS)
    let modified = Int64(status.st_mtimespec.tv_sec)
  #else
    let modified = Int64(status.st_mtim.tv_sec)
  #endif
  guard modified < Int64(Date().timeIntervalSince1970) - seconds else { return }
  try? FileManager.default.removeItem(atPath: path)  // cleanup
}
