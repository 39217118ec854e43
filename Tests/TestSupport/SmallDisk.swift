import Foundation

/// A file system of its own in memory, that can be full and read-only; gone with its owner.
///
/// Only root may mount one. Where that is not so the tests that need it are skipped, visibly:
///
///     @Test(.enabled(if: SmallDisk.isAvailable, SmallDisk.requirement))
public final class SmallDisk: Sendable {
  /// What the tests need that use one.
  public static let requirement = "root may mount a tmpfs here"

  /// Whether one can be had.
  public static let isAvailable = (try? SmallDisk(size: "64k")) != nil

  private let directory: TemporaryDirectory

  /// Mounts the file system.
  ///
  /// - Parameter size: Its size as mount(8) takes it: `1m`.
  public init(size: String) throws {
    directory = try TemporaryDirectory()
    try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", directory.path])
  }

  deinit {
    // Cleanup: nothing is in use any more, or will not be soon.
    try? Self.run("umount", ["--lazy", directory.path])
  }

  /// Where it is mounted.
  public var path: String { directory.path }

  /// Forbids all writing, or allows it again.
  public func set(readOnly: Bool) throws {
    try Self.run("mount", ["-o", readOnly ? "remount,ro" : "remount,rw", directory.path])
  }

  /// Why there is none.
  struct Failure: Error {
    let program: String, status: Int32
  }

  private static func run(_ name: String, _ arguments: [String]) throws {
    guard let path = Layout.program(name) else { throw Failure(program: name, status: -1) }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(program: name, status: process.terminationStatus) }
  }
}
