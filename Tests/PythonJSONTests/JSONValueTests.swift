import PythonJSON
import Testing

@Suite struct JSONValueTests {
  @Test func `kinds stay apart`() throws {
    let text = "[null, true, 1, 1.0, 18446744073709551616, \"1\", [], {}]"
    let values = try #require(try JSONValue(parsing: text).array)
    let expected: [JSONValue] = [nil, true, 1, 1.0, .bigInteger("18446744073709551616"), "1", [], [:]]
    #expect(values == expected)
    let kinds = ["null", "a boolean", "an integer", "a number", "an integer", "a string", "an array", "an object"]
    #expect(values.map(\.kind) == kinds)
    #expect(values.map(\.number) == [nil, nil, 1, 1, 18_446_744_073_709_551_616, nil, nil, nil])
    #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil, nil])
    #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil, nil, nil])
  }

  @Test func `a byte-order mark is no part of the value`() throws {
    #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF] + Array("{\"a\": 1}".utf8)) == ["a": 1])
  }

  @Test func `the last of two members with one key wins, in the place of the first`() throws {
    let value = try JSONValue(parsing: "{\"a\": 1, \"b\": 2, \"a\": 3}")
    #expect(value.text(.line, sortedKeys: false) == "{\"a\": 3, \"b\": 2}")
    #expect(value["a"] == 3)
    #expect(value["c"] == nil)
  }

  @Test func `keys are one key only if their code points are equal`() throws {
    let value = try JSONValue(parsing: "{\"\\u00e9\": 1, \"e\\u0301\": 2}")
    #expect(value.object?.count == 2)
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }

  @Test func `members keep their order, may be replaced and removed`() {
    var object: JSONObject = ["b": 1, "a": 2, "c": 3]
    object["a"] = 4
    object["b"] = nil
    object["d"] = .null
    object["none"] = nil
    #expect(object.keys == ["a", "c", "d"])
    #expect(object.map(\.value) == [4, 3, nil])
    #expect(object == ["d": nil, "c": 3, "a": 4])
    #expect(object.hashValue == (["d": nil, "c": 3, "a": 4] as JSONObject).hashValue)
  }
}
