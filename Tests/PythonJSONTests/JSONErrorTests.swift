import PythonJSON
import Testing

@Suite struct JSONErrorTests {
  struct Row: Sendable {
    let text: String
    let message: String
    init(_ text: String, _ message: String) { (self.text, self.message) = (text, message) }
  }

  static let rows = [
    Row("", "line 1, column 1: expected a value, found the end"),
    Row("{", "line 1, column 2: expected a key in double quotes, found the end"),
    Row("{'a': 1}", "line 1, column 2: expected a key in double quotes, found \"'\""),
    Row("{\n  \"é\": 1,\n}", "line 3, column 1: expected a key in double quotes, found \"}\""),
    Row("{\"é\" 1}", "line 1, column 6: expected \":\", found \"1\""),
    Row("[1 2]", "line 1, column 4: expected \",\" or \"]\", found \"2\""),
    Row("{\"a\": 1 // why\n}", "line 1, column 9: expected \",\" or \"}\", found \"/\""),
    Row("{} <!-- -->", "line 1, column 4: expected the end of the text, found \"<\""),
    Row("<!DOCTYPE html>", "line 1, column 1: expected a value, found \"<\""),
    Row("[-]", "line 1, column 3: expected a digit, found \"]\""),
    Row("[1.]", "line 1, column 4: expected a digit, found \"]\""),
    Row("\"a\tb\"", "line 1, column 3: expected a character of a string or \"\"\", found the byte 0x9"),
    Row("\"\\x\"", "line 1, column 3: expected one of \"\\/bfnrtu after a backslash, found \"x\""),
    Row("\"\\u00g0\"", "line 1, column 6: expected four hexadecimal digits after \\u, found \"g\""),
    Row("[\"a\\ud800\"]", "line 1, column 4: half a surrogate pair in a string"),
    Row("[\"\\ude00\\ud83d\"]", "line 1, column 3: half a surrogate pair in a string"),
    Row("\"a\\u0000\"", "line 1, column 3: a NUL in a string"),
    Row("é", "line 1, column 1: expected a value, found the byte 0xc3"),
    Row("\u{FEFF}\n x", "line 2, column 2: expected a value, found \"x\""),
  ]

  @Test(arguments: rows) func `an error says where and what was expected`(row: Row) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: row.text) }
    #expect(error?.description == row.message)
  }

  static let encodings: [([UInt8], String)] = [
    ([0xFF, 0xFE, 0x7B, 0, 0x7D, 0], "line 1, column 1: the text is in UTF-16; save it as UTF-8"),
    ([0x7B, 0, 0x7D, 0], "line 1, column 1: the text is in UTF-16; save it as UTF-8"),
    ([0, 0x7B, 0, 0x7D], "line 1, column 1: the text is in UTF-16; save it as UTF-8"),
    ([0x7B, 0, 0, 0, 0x7D, 0, 0, 0], "line 1, column 1: the text is in UTF-32; save it as UTF-8"),
    ([0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], "line 1, column 1: the text is in UTF-32; save it as UTF-8"),
    // "é" in Latin-1, an overlong "/", a surrogate in CESU-8, a sequence cut short.
    ([0x22, 0x61, 0xE9, 0x22], "line 1, column 3: a byte that is not UTF-8; save the text as UTF-8"),
    ([0x22, 0xC0, 0xAF, 0x22], "line 1, column 2: a byte that is not UTF-8; save the text as UTF-8"),
    ([0x22, 0xED, 0xA0, 0x80, 0x22], "line 1, column 2: a byte that is not UTF-8; save the text as UTF-8"),
    ([0x22, 0xC3, 0xA9, 0xC3, 0x22], "line 1, column 3: a byte that is not UTF-8; save the text as UTF-8"),
    ([0x5B, 0x00, 0x5D], "line 1, column 1: the text is in UTF-16; save it as UTF-8"),
  ]

  @Test(arguments: encodings) func `bytes that are not UTF-8 are refused by name`(bytes: [UInt8], message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.kind == .encoding)
    #expect(error?.description == message)
  }

  static let limits: [(String, JSONLimits)] = [
    (String(repeating: "[", count: 100_000), JSONLimits()),
    (String(repeating: "{\"a\":", count: 100_000), JSONLimits()),
    ("[[[]]]", JSONLimits(depth: 2)),
    ("\"" + String(repeating: "x", count: 100) + "\"", JSONLimits(bytes: 101)),
    ("[1,2,{\"a\":3}]", JSONLimits(elements: 3)),
    (String(repeating: "7", count: 4301), JSONLimits()),
  ]

  @Test(arguments: limits) func `what is beyond a limit is refused`(text: String, limits: JSONLimits) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text, limits: limits) }
    #expect(error?.kind == .limit)
  }

  @Test func `what is at a limit is read`() throws {
    let text = "[[1, {}], 2]"
    let limits = JSONLimits(bytes: text.utf8.count, depth: 3, elements: 4)
    #expect(try JSONValue(parsing: text, limits: limits) == [[1, [:]], 2])
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(try JSONValue(parsing: deep).text(.compact) == deep)
  }
}
