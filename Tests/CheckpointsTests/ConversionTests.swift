import Checkpoints
import Foundation
import HubModel
import TestSupport
import Testing

@Suite struct ConversionTests {
  static let names = Fixtures.names(with: ".safetensors")

  @Test(arguments: names) func `a checkpoint becomes what torch and safetensors make of it`(name: String) throws {
    let directory = try TemporaryDirectory()
    let conversion = try CheckpointConversion(TorchCheckpoint(opening: Fixtures.path("\(name).bin")))
    try conversion.write(to: directory.appending("out/x.safetensors"))
    let written = try directory.read("out/x.safetensors")
    let expected = try Fixtures.bytes("\(name).safetensors")
    #expect(written == expected)
    #expect(written.count == conversion.fileSize)
    #expect(try directory.listing() == ["out", "out/x.safetensors"])
  }

  @Test func `of names for one tensor the first is kept, and the others are told`() throws {
    let conversion = try CheckpointConversion(TorchCheckpoint(opening: Fixtures.path("shared.bin")))
    #expect(conversion.duplicates == ["z": "a"])
    #expect(conversion.tensors.map(\.name) == ["a", "head", "m", "none"])
  }

  @Test func `a checkpoint is read tensor by tensor`() throws {
    let checkpoint = try TorchCheckpoint(opening: Fixtures.path("strides.bin"))
    let column = try #require(checkpoint.tensors.first { $0.name == "column" })
    #expect((column.type, column.shape, column.byteCount) == (.f32, [4], 16))
    var bytes: [UInt8] = []
    try checkpoint.send(column) { bytes += $0 }
    let values: [Float] = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(values == [2, 8, 14, 20])
  }

  @Test func `large tensors are read in blocks, whatever their strides`() throws {
    // 3 million elements of two bytes, as a matrix of 1000 rows, transposed: more than a block.
    let (rows, columns) = (1000, 3000)
    let elements = (0..<rows * columns).map { UInt16(truncatingIfNeeded: $0 &* 40503 >> 3) }
    let data = elements.withUnsafeBytes(Array.init)
    let pickle = Pickle.state(
      [("t", Pickle.tensor("HalfStorage", count: rows * columns, shape: [columns, rows], strides: [1, columns]))])
    let directory = try TemporaryDirectory()
    let path = try directory.write(Archive(pickle: pickle, [("data/0", data)]).bytes, to: "x.bin")
    try CheckpointConversion(TorchCheckpoint(opening: path)).write(to: directory.appending("x.safetensors"))
    let file = try SafetensorsFile(opening: directory.appending("x.safetensors"))
    let bytes = try file.bytes(of: try #require(file.tensor(named: "t")))
    let read = bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
    #expect(read == (0..<rows * columns).map { elements[$0 % rows * columns + $0 / rows] })
  }

  @Test func `a failure leaves no file, and the old one as it was`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([1], to: "x.safetensors")
    let writer = try SafetensorsWriter([(name: "a", type: .u8, shape: [2])])
    #expect(throws: HubError.self) { try writer.write(to: path) { _, _ in } }
    #expect(try directory.listing() == ["x.safetensors"])
    #expect(try directory.read("x.safetensors") == [1])
  }
}
