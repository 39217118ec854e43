import Checkpoints
import Foundation
import HubModel
import TestSupport
import Testing

/// Every way to cut a file short, and every byte of it changed: success or a refusal, nothing else.
@Suite struct DamageTests {
  static let names = ["legacy-shared", "protocol4", "parameter", "nested"]

  @Test(arguments: names) func `a checkpoint cut short anywhere is refused`(name: String) throws {
    let bytes = try Fixtures.bytes("\(name).bin")
    let directory = try TemporaryDirectory()
    for count in 0..<bytes.count {
      let error = try Self.refusal(Array(bytes[..<count]), directory)
      #expect(error?.code == .checkpoint, "\(count) bytes: \(String(describing: error))")
    }
  }

  @Test(arguments: names) func `a changed byte ends in success or a refusal`(name: String) throws {
    let bytes = try Fixtures.bytes("\(name).bin")
    let directory = try TemporaryDirectory()
    for (index, mask) in bytes.indices.flatMap({ index in [UInt8(0xFF), 0x01, 0x80].map { (index, $0) } }) {
      var changed = bytes
      changed[index] ^= mask
      guard let error = try Self.refusal(changed, directory) else { continue }
      #expect([.checkpoint, .unsafeCheckpoint].contains(error.code), "byte \(index): \(error)")
    }
  }

  @Test func `a changed byte of a safetensors file ends in success or a refusal`() throws {
    let bytes = try Fixtures.bytes("shared.safetensors")
    let directory = try TemporaryDirectory()
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0xFF
      let path = try directory.write(changed, to: "x.safetensors")
      do throws(HubError) {
        let file = try SafetensorsFile(opening: path)
        for tensor in file.tensors { _ = try file.bytes(of: tensor) }
      } catch {
        #expect(error.code == .checkpoint)
      }
    }
  }

  private static func refusal(_ bytes: [UInt8], _ directory: TemporaryDirectory) throws -> HubError? {
    let path = try directory.write(bytes, to: "x.bin")
    do throws(HubError) {
      try CheckpointConversion(TorchCheckpoint(opening: path)).write(to: directory.appending("x.safetensors"))
      return nil
    } catch {
      return error
    }
  }
}
