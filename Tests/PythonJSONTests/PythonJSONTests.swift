import Foundation
import PythonJSON
import TestSupport
import Testing

/// What Python's json module wrote and read, by `fixtures/generate_json.py`.
@Suite struct PythonJSONTests {
  private func fixture(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Layout.fixture("json/\(name)")))
  }

  private func lines(_ name: String) throws -> [Substring] {
    try String(decoding: fixture(name), as: UTF8.self).split(separator: "\n")
  }

  @Test func `floats have Python's text, and read back as the same float`() throws {
    let rows = try lines("floats.txt")
    #expect(rows.count > 2000)
    for row in rows {
      let bits = try #require(UInt64(row.prefix(16), radix: 16))
      let (value, text) = (Double(bitPattern: bits), String(row.dropFirst(17)))
      #expect(JSONValue.double(value).text() == text)
      let read = try #require(try JSONValue(parsing: text).number)
      #expect(value.isNaN ? read.isNaN : read.bitPattern == bits, "\(text)")
    }
  }

  @Test(arguments: [JSONValue.Layout.indented, .narrow, .line, .compact])
  func `a document is written as Python wrote it, in each layout`(layout: JSONValue.Layout) throws {
    let file = try fixture("document.\(layout).json")
    let value = try JSONValue(parsing: file)
    #expect(value.text(layout, sortedKeys: layout == .indented) == String(decoding: file, as: UTF8.self))
  }

  @Test func `what Python reads we read, and what it refuses we refuse`() throws {
    for row in try lines("reads.jsonl") {
      let pair = try #require(try JSONValue(parsing: String(row)).array)
      let text = try #require(pair[0].string)
      if let expected = pair[1].string {
        #expect(try JSONValue(parsing: text).text(.line) == expected, "\(text)")
      } else {
        #expect(throws: JSONError.self, "\(text)") { try JSONValue(parsing: text) }
      }
    }
  }
}
