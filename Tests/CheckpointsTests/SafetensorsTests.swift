import Checkpoints
import HubModel
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test(arguments: ConversionTests.names) func `a file that is read and written again is the same`(name: String) throws
  {
    let directory = try TemporaryDirectory()
    let file = try SafetensorsFile(opening: Fixtures.path("\(name).safetensors"))
    let writer = try SafetensorsWriter(
      file.tensors.reversed().map { (name: $0.name, type: $0.type, shape: $0.shape) }, metadata: file.metadata)
    #expect(writer.tensors == file.tensors)
    try writer.write(to: directory.appending("x")) { tensor, sink throws(HubError) in
      // In two pieces, as a caller may.
      for part in [0..<tensor.range.count / 2, tensor.range.count / 2..<tensor.range.count] {
        let bytes = try file.bytes(of: tensor, in: part)
        try bytes.withUnsafeBufferPointer { buffer throws(HubError) in try sink(UnsafeRawBufferPointer(buffer)) }
      }
    }
    #expect(try directory.read("x") == Fixtures.bytes("\(name).safetensors"))
  }

  private static let one = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#

  static let headers: [(header: String, data: Int, words: String?)] = [
    ("{}", 0, nil),
    ("{\(one)}  ", 4, nil),
    (#"{"__metadata__":null,\#(one)}"#, 4, nil),
    (#"{"__metadata__":{"k":"a:b,{\"}\\"},\#(one)}"#, 4, nil),
    (#"{"z":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},\#(one)}"#, 4, nil),
    (#"{"a":{"dtype":"F4","shape":[2,3],"data_offsets":[0,3]}}"#, 3, nil),
    (#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, 1, "shape of 'a' is not possible"),
    (" {\(one)}", 4, "does not begin with"),
    ("[]", 0, "does not begin with"),
    ("{\(one)", 4, "not what the format says"),
    ("{\(one)} x", 4, "not what the format says"),
    ("{\(one),\(one)}", 4, "key twice"),
    (#"{"\u0061":{},\#(one)}"#, 4, "key twice"),
    (#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "key twice"),
    (#"{"__metadata__":{"k":"1","k":"1"},\#(one)}"#, 4, "key twice"),
    (#"{"__metadata__":{"k":1},\#(one)}"#, 4, "metadata 'k' is an integer"),
    (#"{"__metadata__":[],\#(one)}"#, 4, "metadata is an array"),
    ("{\(one)}", 5, "5 follow the header"),
    ("{\(one)}", 3, "3 follow the header"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#, 5, "do not follow"),
    (#"{\#(one),"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#, 6, "do not follow"),
    (#"{\#(one),"b":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}"#, 9, "do not follow"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "other bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "other bytes"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "not possible"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,0]}}"#, 0, "not possible"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "not possible"),
    (#"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4, "unknown type 'F33'"),
    (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "does not say"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}"#, 4, "does not say"),
    (#"{"a":[[[[1]]]]}"#, 4, "not what the format says"),
  ]

  @Test(arguments: headers.indices) func `every rule of the format is checked`(index: Int) throws {
    let row = Self.headers[index]
    let bytes = Archive.little(UInt64(row.header.utf8.count), 8) + Array(row.header.utf8)
    let directory = try TemporaryDirectory()
    let path = try directory.write(bytes + [UInt8](repeating: 0, count: row.data), to: "x")
    do throws(HubError) {
      _ = try SafetensorsFile(opening: path)
      #expect(row.words == nil)
    } catch {
      #expect(error.code == .checkpoint)
      #expect(error.description.contains(row.words ?? "no error"), "\(error.description)")
    }
  }

  @Test(
    arguments: [
      ([], "shorter than"), ([1, 0, 0, 0, 0, 0, 0], "shorter than"), ([9, 0, 0, 0, 0, 0, 0, 0], "ends within"),
      ([1, 0xE1, 0xF5, 5, 0, 0, 0, 0], "more than the 100000000"), (.init(repeating: 0xFF, count: 8), "more than"),
    ] as [([UInt8], String)])
  func `a length that cannot be is refused before it is believed`(bytes: [UInt8], words: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(bytes, to: "x")
    let error = #expect(throws: HubError.self) { try SafetensorsFile(opening: path) }
    #expect(error?.description.contains(words) == true)
  }

  @Test func `tensors that have no place are refused`() async {
    let rows: [[(name: String, type: ElementType, shape: [Int])]] = [
      [("a", .u8, [1]), ("a", .f32, [1])], [("__metadata__", .u8, [1])], [("a", .u8, [-1])], [("a", .f4, [1])],
      [("a", .u8, [.max]), ("b", .u8, [.max])],
    ]
    for row in rows { await expect(.invalidArgument) { try SafetensorsWriter(row) } }
  }

  @Test func `a folder is no file`() async throws {
    let directory = try TemporaryDirectory()
    await expect(.checkpoint) { try SafetensorsFile(opening: directory.path) }
    await expect(.checkpoint) { try TorchCheckpoint(opening: directory.path) }
  }
}
