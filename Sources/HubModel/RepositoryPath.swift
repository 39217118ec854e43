/// The path of a file inside a repository, proven safe to use as a path on disk.
///
/// This is the one gate for every path that comes from a server, a configuration or a caller. What passes it is a
/// relative path of plain components: joined to a directory, it stays inside that directory on every file system, and
/// it can touch neither git's administrative files nor the cache's own.
public struct RepositoryPath: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The components joined by `/`.
  public let text: String

  /// Checks `text`.
  ///
  /// - Throws: ``HubError`` with the code ``HubError/Code/unsafePath`` for an empty or absolute path; a component that
  ///   is empty, `.`, `..`, or longer than 255 bytes; a backslash or a control character; more than 64 components; a
  ///   drive letter; or a component that some file system takes for `.git` (any case, `git~1`, ignorable code points,
  ///   trailing dots and spaces, a stream suffix).
  public init(_ text: String) throws(HubError) {
    if let reason = Self.flaw(of: text) { throw HubError(.unsafePath(text, reason: reason)) }
    self.text = text
  }

  /// The components, first to last; never empty.
  public var components: [Substring] { text.pathComponents }

  /// The last component.
  public var lastComponent: String { String(text.pathComponents.last ?? "") }

  /// The path, for messages; safe to print, as control characters are never part of it.
  public var description: String { text }

  /// Orders by bytes, like git.
  public static func < (a: Self, b: Self) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }

  /// The path of `text` below `subfolder`, which may be empty or nil; slashes at the subfolder's ends do not count.
  ///
  /// - Throws: As ``init(_:)``, for the joined path.
  public init(_ text: String, in subfolder: String?) throws(HubError) {
    var folder = (subfolder ?? "")[...]
    while folder.utf8.last == UInt8(ascii: "/") { folder = Substring(folder.utf8.dropLast()) }
    try self.init(folder.isEmpty ? text : folder + "/" + text)
  }

  /// The path of the entry `name` in the directory that this path names.
  ///
  /// Checks what is new alone, so that a walk through a large tree costs no more than its names.
  ///
  /// - Throws: As ``init(_:)``, for the joined path; a name with a slash in it is refused too.
  public func appending(_ name: String) throws(HubError) -> RepositoryPath {
    let isPlain = Self.isPlain(name) && text.utf8.count + name.utf8.count < Self.lengthChecked
    guard isPlain || !name.utf8.contains(UInt8(ascii: "/")) else {
      throw HubError(.unsafePath(name, reason: "a single name has a slash in it"))
    }
    let joined = text + "/" + name
    return isPlain ? RepositoryPath(checked: joined) : try RepositoryPath(joined)
  }

  private init(checked text: String) { self.text = text }

  /// The length up to which a path of at least one letter between two slashes cannot be too long or too deep.
  private static let lengthChecked = 128

  /// Whether `name` is a name that no rule is about: of ASCII letters, digits and a few marks, and not beginning as
  /// those do that some file system takes for `.git` or for our own records.
  private static func isPlain(_ name: String) -> Bool {
    guard let first = name.utf8.first, ![UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G")].contains(first),
      name.utf8.last != UInt8(ascii: "."), name.utf8.count <= 100, name != "huggingface"
    else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      default: false
      }
    }
  }

  private static func flaw(of text: String) -> String? {
    if text.isEmpty { return "it is empty" }
    if text.utf8.count > 4096 { return "it is longer than 4096 bytes" }
    if text.beginsWithBytes("/") { return "it is absolute" }
    if text.unicodeScalars.contains(where: isUnprintable) { return "it contains a control character" }
    if text.hasBytes("\\") { return "it contains a backslash" }
    let components = text.pathComponents
    if components.count > 64 { return "it is more than 64 levels deep" }
    if let first = components.first, isDrive(first) { return "it begins with a drive letter" }
    for component in components {
      if let reason = flaw(ofComponent: component) { return reason }
    }
    // The folder in which a downloaded directory keeps its own records (`local_dir`).
    if components.starts(with: [".cache", "huggingface"]) { return "it lies in '.cache/huggingface'" }
    return nil
  }

  private static func flaw(ofComponent component: Substring) -> String? {
    if component.isEmpty { return "it has an empty component" }
    if component == "." || component == ".." { return "it has the component '\(component)'" }
    if component.utf8.count > 255 { return "it has a component longer than 255 bytes" }
    return isGitDirectory(component) ? "it has a component that names '.git'" : nil
  }

  /// Whether some file system takes `component` for `.git`: HFS+ ignores case and certain code points, NTFS ignores
  /// case and trailing dots and spaces, knows `GIT~1`, and cuts at a colon (git's `is_hfs_dotgit`, `is_ntfs_dotgit`).
  private static func isGitDirectory(_ component: Substring) -> Bool {
    // Nearly every name begins otherwise, and has nothing in it that a file system might ignore.
    let mayBe = component.utf8.first.map(".gG".utf8.contains) ?? false
    guard mayBe || component.utf8.contains(where: { $0 >= 0x80 }) else { return false }
    var name = String(
      String.UnicodeScalarView(component.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }))
    name =
      name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).first.flatMap(String.init) ?? name
    while name.endsWithBytes(".") || name.endsWithBytes(" ") { name.unicodeScalars.removeLast() }
    return [".git", "git~1"].contains(name.lowercased())
  }

  private static func isDrive(_ component: Substring) -> Bool {
    let bytes = Array(component.utf8.prefix(2))
    return bytes.count == 2 && bytes[1] == UInt8(ascii: ":") && (bytes[0] | 0x20) >= 0x61 && (bytes[0] | 0x20) <= 0x7A
  }

  /// Control characters, and the marks that reorder what a terminal shows.
  static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
  }
}
