import Foundation
package import HubModel

/// System calls on paths, their failures in terms of what the user can do.
package enum Disk {
  /// What is at a path.
  package struct Status: Sendable, Hashable {
    /// What it is.
    package enum Kind: Sendable, Hashable {
      /// Something with bytes, something with entries, a name for something else, a device or a pipe.
      case file, directory, link, other
    }

    /// What it is.
    package var kind: Kind
    /// The length in bytes.
    package var size: Int64
    /// The device and the file's number on it, which tell two names of one file from two files.
    package var device: UInt64, inode: UInt64
    /// When it was last written and last read, in seconds since 1970.
    package var modified: Double, accessed: Double

    init(_ status: stat) {
      switch status.st_mode & S_IFMT {
      case S_IFREG: kind = .file
      case S_IFDIR: kind = .directory
      case S_IFLNK: kind = .link
      default: kind = .other
      }
      size = Int64(status.st_size)
      (device, inode) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(status.st_ino))
      #if os(macOS)
        let (written, read) = (status.st_mtimespec, status.st_atimespec)
      #else
        let (written, read) = (status.st_mtim, status.st_atim)
      #endif
      modified = Double(written.tv_sec) + Double(written.tv_nsec) / 1e9
      accessed = Double(read.tv_sec) + Double(read.tv_nsec) / 1e9
    }
  }

  /// What is at `path` itself (lstat(2)), or behind the links there (stat(2)).
  ///
  /// - Returns: `nil` if there is nothing.
  package static func status(_ path: String, followingLinks: Bool = false) throws(HubError) -> Status? {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
      if [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(errno) { return nil }
      throw .disk("stat", path, errno)
    }
    return Status(status)
  }

  /// Makes a directory and those above it, unless they are there (mkdir(2)).
  package static func makeDirectory(_ path: String) throws(HubError) {
    if mkdir(path, 0o777) == 0 { return }
    switch errno {
    case ENOENT:
      let parent = folder(of: path)
      guard parent != path else { throw .disk("mkdir", path, ENOENT) }
      try makeDirectory(parent)
      guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .disk("mkdir", path, errno) }
    case EEXIST:
      guard try status(path, followingLinks: true)?.kind == .directory else { throw .disk("mkdir", path, ENOTDIR) }
    case EROFS where try status(path, followingLinks: true)?.kind == .directory: return
    case let code: throw .disk("mkdir", path, code)
    }
  }

  /// The first symbolic link among the directories between `root` and `path`, which is below it.
  ///
  /// Links above `root`, and `root` itself, are the user's own affair: caches are often moved to another disk that way.
  package static func link(on path: String, below root: String) throws(HubError) -> String? {
    var folder = root
    for component in path.utf8.dropFirst(root.utf8.count + 1).split(separator: UInt8(ascii: "/")).dropLast() {
      folder += "/\(Substring(component))"
      guard let status = try status(folder) else { return nil }
      if status.kind == .link { return folder }
    }
    return nil
  }

  /// The directory that `path` is in.
  package static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The bytes of a regular file.
  ///
  /// - Returns: `nil` if there is none.
  /// - Throws: `cache` for something else than a file, and for more than `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(HubError) -> [UInt8]? {
    // Not blocking: a pipe without a writer would wait for one for ever.
    let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK, absenceIsError: false)
    guard let file else { return nil }
    let status = try file.status()
    guard status.kind == .file else { throw HubError(.cache(path: path, reason: "it is not a file")) }
    guard status.size <= limit else {
      throw HubError(.cache(path: path, reason: "it is longer than \(limit) bytes"))
    }
    return try file.read(at: 0, count: Int(status.size))
  }

  /// The names in a directory, sorted by their bytes; none if there is no such directory.
  ///
  /// Names that are not UTF-8 are left out: none of ours is.
  package static func names(in path: String) throws(HubError) -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw .disk("opendir", path, errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The bytes that may still be written to the file system of `path` or of the nearest directory above it (statvfs(3)).
  package static func freeSpace(at path: String) -> Int64? {
    var (path, status) = (path, statvfs())
    while statvfs(path, &status) != 0 {
      guard errno == ENOENT, folder(of: path) != path else { return nil }
      path = folder(of: path)
    }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  /// What a link says, or `nil` if there is no link.
  package static func target(ofLink path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      // The buffer is not empty, so it has an address.
      bytes.withMemoryRebound(to: CChar.self) { readlink(path, $0.baseAddress!, $0.count) }
    }
    return count < 0 ? nil : String(validating: buffer.prefix(count), as: UTF8.self)
  }
}

extension HubError {
  /// The failure of a system call on a path of the user's.
  package static func disk(_ call: String, _ path: String, _ code: Int32) -> HubError {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: HubError(.diskFull(path: path, needed: nil, free: Disk.freeSpace(at: path)))
    case EROFS: HubError(.readOnly(path: path))
    case EACCES, EPERM: HubError(.permission(path: path))
    case ENOTDIR: HubError(.cache(path: path, reason: "a file is where a directory should be; remove it"))
    case EISDIR: HubError(.cache(path: path, reason: "a directory is where a file should be; remove it"))
    case ELOOP: HubError(.cache(path: path, reason: "a symbolic link is where a file should be; remove it"))
    default: HubError(.system(call: call, path: path, errno: code))
    }
  }
}
