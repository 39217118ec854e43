import Foundation
import HubModel
import Testing

/// The table of what a commit changes.
@Suite struct CommitPlanTests {
  private static let parent = CommitID(String(repeating: "c", count: 40))

  /// A content whose hashes are made of its first letter.
  private static func identity(_ letter: Character, size: Int64 = 5) -> ContentIdentity {
    ContentIdentity(
      size: size, blob: String(repeating: letter, count: 40), sha256: String(repeating: letter, count: 64),
      pointerBlob: String(repeating: letter, count: 39) + "0", sample: [])
  }

  private static func path(_ text: String) throws -> RepositoryPath { try RepositoryPath(text) }

  private static func decide(
    _ operations: [CommitOperation], _ contents: [String: Character] = [:], remote: [String: RemoteEntry] = [:],
    modes: [String: UploadMode] = [:]
  ) throws -> CommitPlan {
    func table<Value, Other>(_ values: [String: Value], _ body: (Value) -> Other) throws -> [RepositoryPath: Other] {
      Dictionary(uniqueKeysWithValues: try values.map { (try path($0), body($1)) })
    }
    return try CommitPlan.decide(
      operations, contents: try table(contents) { identity($0) }, remote: try table(remote) { $0 },
      modes: try table(modes) { $0 }, parent: parent)
  }

  private static func entry(_ letter: Character) -> RemoteEntry { RemoteEntry(object: identity(letter).blob) }
  private static func pointer(_ letter: Character) -> RemoteEntry {
    RemoteEntry(object: identity(letter).pointerBlob, pointer: identity(letter).pointer)
  }

  struct Row: Sendable {
    var there: RemoteEntry?
    var mode: UploadMode = .regular
    var action: CommitPlan.Action
    var storage = CommitPlan.Storage.git
    var sends: Int64
  }

  @Test(arguments: [
    Row(there: nil, action: .added, sends: 5),
    Row(there: nil, mode: .lfs, action: .added, storage: .lfs, sends: 5),
    Row(there: nil, mode: .ignored, action: .ignored, sends: 0),
    Row(there: entry("b"), action: .changed, sends: 5),
    Row(there: pointer("b"), mode: .lfs, action: .changed, storage: .lfs, sends: 5),
    Row(there: RemoteEntry(object: "", isDirectory: true), action: .changed, sends: 5),
    // The same content is the same wherever it is kept.
    Row(there: entry("a"), action: .unchanged, sends: 0),
    Row(there: entry("a"), mode: .lfs, action: .unchanged, storage: .lfs, sends: 0),
    Row(there: pointer("a"), mode: .lfs, action: .unchanged, storage: .lfs, sends: 0),
    Row(there: pointer("a"), action: .unchanged, sends: 0),
    // git knows of a pointer no more than its hash.
    Row(there: RemoteEntry(object: identity("a").pointerBlob), action: .unchanged, sends: 0),
    Row(there: entry("a"), mode: .ignored, action: .unchanged, sends: 0),
  ])
  func anAdditionIs(row: Row) throws {
    let plan = try Self.decide(
      [.add(try Self.path("f"), .file("/f"))], ["f": "a"], remote: row.there.map { ["f": $0] } ?? [:],
      modes: ["f": row.mode])
    let item = try #require(plan.items.first)
    #expect((item.action, item.storage) == (row.action, row.storage) && plan.bytesToSend == row.sends)
    #expect(plan.isEmpty == (row.sends == 0) && plan.objects.count == (row.sends > 0 && row.storage == .lfs ? 1 : 0))
  }

  @Test func whatGivesWayIsKept() throws {
    let operation = CommitOperation.addUnlessPresent(try Self.path("f"), .file("/f"))
    #expect(try Self.decide([operation], ["f": "a"], remote: ["f": Self.entry("b")]).isEmpty)
    #expect(try Self.decide([operation], ["f": "a"]).items(.added).count == 1)
    let both = try Self.decide([.add(try Self.path("f"), .file("/g")), operation], ["f": "a"])
    #expect(both.items.count == 1 && both.objects.isEmpty)
  }

  @Test func aFolderIsDeletedAndFilledAnew() throws {
    let plan = try Self.decide(
      [.deleteFolder(try Self.path("d")), .add(try Self.path("d/new"), .file("/f"))], ["d/new": "a"],
      remote: ["d/new": Self.entry("b"), "d/old": Self.entry("b"), "dd": Self.entry("b")])
    #expect(plan.items.map(\.path.text) == ["d/new", "d/old"] && plan.items.map(\.action) == [.changed, .deleted])
  }

  @Test func aCopySendsAPointer() throws {
    let copy = CommitOperation.copy(from: try Self.path("a"), to: try Self.path("b"))
    let plan = try Self.decide([copy], remote: ["a": Self.pointer("a")])
    #expect(plan.items.first?.pointer == Self.identity("a").pointer && plan.bytesToSend == 0 && !plan.isEmpty)
    #expect(try Self.decide([copy], remote: ["a": Self.pointer("a"), "b": Self.pointer("a")]).isEmpty)
  }

  @Test func sameContentsAreOneObject() throws {
    let operations = try ["a", "b"].map { CommitOperation.add(try Self.path($0), .file($0)) }
    let plan = try Self.decide(operations, ["a": "e", "b": "e"], modes: ["a": .lfs, "b": .lfs])
    #expect(plan.objects.count == 1 && plan.effective.count == 2 && plan.bytesToSend == 5)
  }

  @Test(arguments: [
    (["delete missing"], HubError.Code.entryNotFound), (["delete folder"], .entryNotFound),
    (["folder file"], .entryNotFound), (["copy missing"], .entryNotFound), (["copy file"], .invalidArgument),
    (["add a", "add a/b"], .invalidArgument),
  ])
  func wrongOperationsAreRefused(names: [String], code: HubError.Code) throws {
    let operations = try names.map { name -> CommitOperation in
      let (verb, path) = (name.split(separator: " ")[0], try Self.path(String(name.split(separator: " ")[1])))
      return switch verb {
      case "delete": .deleteFile(path)
      case "folder": .deleteFolder(path)
      case "copy": .copy(from: path, to: try Self.path("to"))
      default: .add(path, .file("/f"))
      }
    }
    let remote = ["file": Self.entry("a"), "folder": RemoteEntry(object: "", isDirectory: true)]
    let error = #expect(throws: HubError.self) {
      try Self.decide(operations, ["a": "a", "a/b": "b"], remote: remote)
    }
    #expect(error?.code == code)
  }

  @Test func theTextSaysWhatWillHappen() throws {
    let operations: [CommitOperation] = [
      .add(try Self.path("unet/model.safetensors"), .file("w")), .add(try Self.path("README.md"), .file("r")),
      .add(try Self.path("same"), .file("s")), .deleteFile(try Self.path("old.bin")),
    ]
    let plan = try Self.decide(
      operations, ["unet/model.safetensors": "a", "README.md": "b", "same": "c"],
      remote: ["README.md": Self.entry("x"), "same": Self.entry("c"), "old.bin": Self.entry("x")],
      modes: ["unet/model.safetensors": .lfs])
    #expect(
      plan.text == """
        change   README.md                5 bytes
        delete   old.bin
        add      unet/model.safetensors   5 bytes, LFS
        on cccccccccccccccccccccccccccccccccccccccc: 1 added, 1 changed, 1 deleted, 1 unchanged; at most 10 bytes to \
        send, 5 of them to LFS
        """)
    #expect(
      try Self.decide([operations[2]], ["same": "c"], remote: ["same": Self.entry("c")]).text
        == "Nothing to change (1 unchanged).")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(
      decoding: try encoder.encode(Self.decide([operations[3]], remote: ["old.bin": Self.entry("x")])), as: UTF8.self)
    #expect(
      json
        == #"{"bytes_to_send":0,"files":[{"action":"deleted","path":"old.bin"}],"parent":"\#(Self.parent?.hex ?? "")"}"#
    )
  }
}

/// The rules of several `.gitattributes` files.
@Suite struct LFSRulesTests {
  @Test(arguments: [
    ("w.bin", true), ("a/w.bin", true), ("w.txt", false), ("plain/w.bin", false), ("plain/deep/w.bin", false),
    ("plain/deep/w.raw", true), ("w.raw", false),
  ])
  func theNearestFileCounts(path: String, isLFS: Bool) throws {
    var rules = LFSRules()
    rules.set("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    rules.set("*.bin !filter\n", in: try RepositoryPath("plain"))
    rules.set("/*.raw filter=lfs\n", in: try RepositoryPath("plain/deep"))
    #expect(rules.isLFS(try RepositoryPath(path)) == isLFS)
  }
}
