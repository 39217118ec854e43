import Crypto
import Foundation
import HubGit
public import HubModel

/// Looks at everything that a hub stores, while it is in use or not: `dhub serve fsck`.
///
/// - Every object that a ref of a repository leads to is there and is what its name says.
/// - Every pointer of git LFS, in all of the history, has its object, of its length and, unless the check is quick, of its
///   hash.
/// - The database of accounts is sound.
/// - What no repository refers to and what interrupted writes left behind is told, and may be removed.
public struct HubCheck: Sendable {
  /// Something that was found.
  public struct Finding: Hashable, Sendable {
    /// How bad it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// Something that was stored is lost or wrong.
      case damage
      /// Something that nobody needs any more.
      case leftover
      /// Something worth knowing.
      case note
    }

    /// How bad it is.
    public let kind: Kind
    /// The repository or the file.
    public let place: String
    /// What it is, in words.
    public let text: String

    /// A finding.
    public init(_ kind: Kind, _ place: String, _ text: String) {
      (self.kind, self.place, self.text) = (kind, place, text)
    }
  }

  /// What was looked at, and what was found.
  public struct Outcome: Hashable, Sendable {
    /// How many repositories, objects of git and objects of LFS there were.
    public var repositories = 0, objects = 0, files = 0
    /// What was found, in the order of the places.
    public var findings: [Finding] = []

    /// Whether something is lost or wrong.
    public var isDamaged: Bool { findings.contains { $0.kind == .damage } }
  }

  private let root: String
  private let isQuick: Bool
  private let repairs: Bool

  /// A check of the hub in `root`.
  ///
  /// - Parameters:
  ///   - root: The directory that the hub keeps everything in.
  ///   - isQuick: Whether objects of LFS are compared by their lengths alone.
  ///   - repairs: Whether leftovers are removed that are older than a day; nothing else ever is.
  public init(root: String, isQuick: Bool = false, repairs: Bool = false) {
    self.root = URL(filePath: root).standardizedFileURL.path
    (self.isQuick, self.repairs) = (isQuick, repairs)
  }

  /// Looks, on threads where it may wait.
  ///
  /// - Throws: `repositoryNotFound` if there is no directory; failures of single things are findings.
  public func run() async throws(HubError) -> Outcome {
    try await GitThreads.run(.alone) { () throws(HubError) in
      guard access(root, R_OK | X_OK) == 0 else {
        throw HubError(.system(call: "open", path: root, errno: errno))
      }
      var outcome = Outcome()
      var named: Set<String> = []
      for kind in RepositoryID.Kind.allCases {
        for id in Repositories(root: root).names(kind) { inspect(id, &outcome, &named) }
      }
      inspectStore(&outcome, named)
      inspectLeftovers(&outcome)
      inspectAccounts(&outcome)
      return outcome
    }
  }

  private func inspect(_ id: RepositoryID, _ outcome: inout Outcome, _ named: inout Set<String>) {
    outcome.repositories += 1
    let repositories = Repositories(root: root)
    let place = "\(id)"
    do throws(HubError) {
      let inspection = try repositories.open(id).inspect()
      outcome.objects += inspection.objects
      outcome.findings += inspection.flaws.map { Finding(.damage, place, $0) }
      let store = repositories.objects.including(repositoryAt: repositories.path(of: id))
      for pointer in inspection.pointers.sorted(by: { $0.oid < $1.oid }) {
        // Objects of the shared store are hashed once, with the store itself.
        named.insert(pointer.oid)
        if let flaw = flaw(of: pointer, in: store) { outcome.findings.append(Finding(.damage, place, flaw)) }
      }
    } catch {
      outcome.findings.append(Finding(.damage, place, error.description))
    }
    inspectLocks(id, &outcome)
  }

  private func flaw(of pointer: LFSPointer, in store: LFSStore) -> String? {
    do throws(HubError) {
      guard let file = try store.file(of: pointer) else {
        return "the object \(pointer.oid) of git LFS is missing, \(pointer.size) bytes"
      }
      let isShared = file.beginsWithBytes(store.path + "/")
      return isQuick || isShared ? nil : try mismatch(file, pointer.oid)
    } catch {
      return "the object \(pointer.oid) of git LFS: \(error.description)"
    }
  }

  /// The objects of the shared store, compared with their names.
  private func inspectStore(_ outcome: inout Outcome, _ named: Set<String>) {
    let objects = root + "/lfs/objects"
    for name in (FileManager.default.subpaths(atPath: objects) ?? []).sorted() {
      guard let oid = name.pathComponents.last.map(String.init), LFSPointer.isObjectID(oid) else { continue }
      outcome.files += 1
      let file = "\(objects)/\(name)"
      do throws(HubError) {
        if !isQuick, let flaw = try mismatch(file, oid) { outcome.findings.append(Finding(.damage, file, flaw)) }
      } catch {
        outcome.findings.append(Finding(.damage, file, error.description))
      }
      if !named.contains(oid) {
        outcome.findings.append(Finding(.note, file, "no repository refers to this object of git LFS"))
      }
    }
  }

  /// What is wrong with the bytes of the file of the object `oid`.
  private func mismatch(_ file: String, _ oid: String) throws(HubError) -> String? {
    var hash = SHA256()
    try readAll(file) { bytes throws(HubError) in hash.update(bufferPointer: bytes) }
    let digest = hexadecimal(hash.finalize())
    return digest == oid ? nil : "the object \(oid) of git LFS holds other bytes, of the hash \(digest)"
  }

  private func inspectAccounts(_ outcome: inout Outcome) {
    let store = AccountStore(root: root)
    do throws(HubError) {
      outcome.findings += try store.flaws().map { Finding(.damage, "accounts", $0) }
    } catch {
      outcome.findings.append(Finding(.damage, "accounts", error.description))
    }
  }

  // MARK: What is left over

  private func inspectLeftovers(_ outcome: inout Outcome) {
    for folder in ["lfs/incoming", "lfs/incoming/parts", "spool", "unfinished"] {
      let directory = "\(root)/\(folder)"
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
      where name != "parts" {
        // Absence: no such folder. What is younger is under way.
        leftover("\(directory)/\(name)", "what an interrupted write left behind", after: 24 * 3600, &outcome)
      }
    }
  }

  /// Locks of git that outlived their process: what they protect cannot be changed while they are there.
  private func inspectLocks(_ id: RepositoryID, _ outcome: inout Outcome) {
    let path = Repositories(root: root).path(of: id)
    for folder in ["refs", "."] {
      let directory = folder == "." ? path : "\(path)/\(folder)"
      let names =
        folder == "."
        ? (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []  // absence: told above
        : FileManager.default.subpaths(atPath: directory) ?? []
      for name in names.sorted() where name.hasSuffix(".lock") {
        leftover("\(directory)/\(name)", "a lock that its owner did not take away", after: 3600, &outcome)
      }
    }
  }

  private func leftover(_ path: String, _ text: String, after age: Int64, _ outcome: inout Outcome) {
    var status = stat()
    guard lstat(path, &status) == 0, currentSeconds() - Self.changed(status) > age else { return }
    if repairs {
      try? FileManager.default.removeItem(atPath: path)  // cleanup: what stays is found again
    }
    outcome.findings.append(Finding(.leftover, path, repairs ? text + "; removed" : text))
  }

  private static func changed(_ status: stat) -> Int64 {
    #if os(macOS)
      Int64(status.st_mtimespec.tv_sec)
    #else
      Int64(status.st_mtim.tv_sec)
    #endif
  }
}
