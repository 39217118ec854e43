import Checkpoints
import Foundation
import HubModel
import TestSupport
import Testing

/// Files by people who mean harm, and by disks that broke.
@Suite struct HostileTests {
  /// What a checkpoint of these bytes is refused for; `nil` if it is not.
  static func refusal(_ bytes: [UInt8]) throws -> HubError? {
    let directory = try TemporaryDirectory()
    let path = try directory.write(bytes, to: "x.bin")
    do throws(HubError) {
      try CheckpointConversion(TorchCheckpoint(opening: path)).write(to: directory.appending("x.safetensors"))
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: Fixtures.names(with: ".refused")) func `a hostile checkpoint is refused by name`(name: String) throws
  {
    let words = String(decoding: try Fixtures.bytes("\(name).refused"), as: UTF8.self).dropLast()
    let error = try #require(try Self.refusal(try Fixtures.bytes("\(name).bin")))
    #expect([.checkpoint, .unsafeCheckpoint].contains(error.code))
    #expect(error.description.contains(words), "\(error.description)")
    #expect(!FileManager.default.fileExists(atPath: "/tmp/owned"))
  }

  @Test func `what is not run is named, with what to do`() throws {
    let path = Fixtures.path("system2.bin")
    let error = #expect(throws: HubError.self) { try TorchCheckpoint(opening: path) }
    #expect(
      error?.explanation == """
        The checkpoint '\(path)' asks for 'posix.system', which could run any code; nothing of it was run.
        hint: save nothing but the tensors: torch.save(model.state_dict(), …); do not load the file if you do not know \
        its author
        """)
  }

  private static let deep = 100_000
  private static func repeated(_ byte: UInt8, _ count: Int) -> [UInt8] { Array(repeating: byte, count: count) }

  typealias Row = (name: String, bytes: [UInt8], words: String)
  static let pickles: [Row] = machineRows + lengthRows + callRows

  private static let machineRows: [Row] = [
    ("lists in lists", [0x80, 2] + repeated(0x5D, deep) + repeated(0x61, deep), "stack"),
    ("tuples of tuples", [0x80, 2, 0x29] + repeated(0x85, deep) + [0x2E], "it holds a tuple"),
    ("lists by append", [0x80, 2, 0x5D] + deepLists + [0x2E], "it holds a list"),
    ("marks", repeated(0x28, deep), "levels deep"),
    ("dictionaries", repeated(0x7D, deep), "stack"),
    ("duplicates", [0x4E] + repeated(0x32, deep), "stack"),
    ("a list in itself", [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E], "it holds a list"),
    (
      "a dictionary in itself", [0x80, 2, 0x7D, 0x71, 0] + Pickle.text("k") + [0x68, 0, 0x73, 0x2E], "is a dictionary"
    ),
    ("instructions", (0..<2_100_000).flatMap { _ in [0x4E, 0x30] as [UInt8] }, "instructions"),
    ("no end", [0x80, 2, 0x7D], "ends within"),
    ("nothing", [], "ends within"),
    ("an unknown instruction", [0xFF], "0xff"),
    ("a later protocol", [0x80, 6], "protocol 6"),
    ("an empty stack", [0x2E], "empty stack"),
    ("no mark", [0x74], "mark"),
    ("no memo", [0x6A, 0xFF, 0xFF, 0xFF, 0xFF], "memo"),
    ("a large place in the memo", [0x7D, 0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x4E, 0x2E], "it holds None"),
  ]

  private static let lengthRows: [Row] = [
    ("a text of 16 exabytes", [0x8D] + repeated(0xFF, 8), "ends within"),
    ("bytes of 8 exabytes", [0x8E] + repeated(0xFF, 7) + [0x7F], "ends within"),
    ("an integer of 4 gigabytes", [0x8B, 0xFF, 0xFF, 0xFF, 0xFF], "an integer of"),
    ("no UTF-8", [0x8C, 1, 0xFF], "not UTF-8"),
  ]

  private static let callRows: [Row] = [
    ("a key alone", [0x28, 0x4E, 0x64, 0x2E], "key without a value"),
    ("an element of a tensor", [0x4E, 0x4E, 0x61], "adds elements to None"),
    ("a call of a list", [0x5D, 0x29, 0x52], "calls a list"),
    ("a call of a storage", Pickle.global("torch", "FloatStorage") + [0x29, 0x52], "calls a class of storage"),
    ("a persistent object", Pickle.text("x") + [0x51], "outside of it"),
    ("a buffer", [0x97], "outside of it"),
    ("a name of many bytes", [0x63] + repeated(0x61, 5000), "4096"),
  ]

  /// Lists in lists with a stack of two: `[]`, put it into the memo, append it to the one before, take it as the next.
  private static let deepLists: [UInt8] = (0..<deep).flatMap { _ in [0x5D, 0x71, 0, 0x61, 0x30, 0x68, 0] as [UInt8] }

  @Test(arguments: pickles.map(\.name)) func `a pickle that breaks a rule or a limit is refused`(name: String) throws {
    let row = try #require(Self.pickles.first { $0.name == name })
    let error = try #require(try Self.refusal(Archive(pickle: row.bytes).bytes))
    #expect(error.code == .checkpoint)
    #expect(error.description.contains(row.words), "\(error.description)")
  }

  static let tensors: [(tensor: [UInt8], words: String)] = [
    (Pickle.tensor("FloatStorage", count: 4, shape: [4], strides: [-1]), "not possible"),
    (Pickle.tensor("FloatStorage", count: 4, shape: [-4], strides: [1]), "not possible"),
    (Pickle.tensor("FloatStorage", count: 4, offset: -1, shape: [4], strides: [1]), "not possible"),
    (Pickle.tensor("FloatStorage", count: 4, offset: 1, shape: [4], strides: [1]), "outside"),
    (Pickle.tensor("FloatStorage", count: 4, offset: .max, shape: [4], strides: [1]), "outside"),
    (Pickle.tensor("FloatStorage", count: 4, shape: [2, 2], strides: [.max, 1]), "outside"),
    (Pickle.tensor("FloatStorage", count: 4, shape: [3, 2], strides: [2, 1]), "outside"),
    (Pickle.tensor("FloatStorage", count: 4, shape: [.max, .max], strides: [0, 0]), "not possible"),
    (Pickle.tensor("FloatStorage", count: 4, shape: [1 << 40], strides: [0]), "four times"),
    (Pickle.tensor("FloatStorage", count: 4, shape: [4], strides: []), "without"),
    (Pickle.tensor("FloatStorage", count: 5, shape: [4], strides: [1]), "cut short"),
    (Pickle.tensor("FloatStorage", count: .max, shape: [4], strides: [1]), "not possible"),
    (Pickle.tensor("FloatStorage", count: -1, shape: [0], strides: [1]), "outside of it"),
    (Pickle.tensor("FloatStorage", key: "../0", count: 4, shape: [4], strides: [1]), "no record"),
    (
      Pickle.tensor(
        "FloatStorage", count: 4, shape: .init(repeating: 1, count: 65), strides: .init(repeating: 1, count: 65)),
      "without"
    ),
  ]

  @Test(arguments: tensors.indices) func `a tensor outside of its storage is refused`(index: Int) throws {
    let archive = Archive(
      pickle: Pickle.state([("x", Self.tensors[index].tensor)]), [("data/0", .init(repeating: 0, count: 16))])
    let error = try #require(try Self.refusal(archive.bytes))
    #expect(error.code == .checkpoint)
    #expect(error.description.contains(Self.tensors[index].words), "\(error.description)")
  }

  @Test func `archives that are larger inside than outside are refused`() throws {
    let pickle: [UInt8] = [0x80, 2, 0x7D, 0x2E]
    var overlapping = Archive(pickle: pickle, [("data/0", [1]), ("data/1", [2])])
    overlapping.overlaps = true
    var compressed = Archive(pickle: pickle)
    compressed.method = 8
    var endless = Archive(pickle: pickle)
    endless.announced = 0xFFFF_FFF0
    let twice = Archive(pickle: pickle, [("data.pkl", pickle)])
    let rows = [(overlapping, "overlap"), (compressed, "compressed"), (endless, "ends within"), (twice, "two records")]
    for (archive, words) in rows {
      let error = try #require(try Self.refusal(archive.bytes))
      #expect(error.description.contains(words), "\(error.description)")
    }
  }
}
