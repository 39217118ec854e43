import HubModel
import HubTestSupport
import HubTransport
import Testing

/// RFC 9110, sections 13 and 14, over the wire.
@Suite struct RangeTests {
  static let weights = "/acme/euler/resolve/main/weights.bin"
  static let text = "/acme/euler/resolve/main/x%20y%231.txt"
  static let empty = "/acme/euler/resolve/main/unet/%C3%A9.json"

  @Test func `a range is answered by its bytes`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let content = TestRepositories.weights
    let rows: [(String, Range<Int>)] = [
      ("bytes=0-0", 0..<1), ("bytes=0-", 0..<3_000_000), ("bytes=5-9", 5..<10),
      ("bytes=2999999-", 2_999_999..<3_000_000),
      ("bytes=-1", 2_999_999..<3_000_000), ("bytes=-3000001", 0..<3_000_000), ("bytes=10-99999999", 10..<3_000_000),
      ("bytes=1048570-1048580", 1_048_570..<1_048_581), ("BYTES=1-1", 1..<2),
      ("bytes=0-99999999999999999999999", 0..<3_000_000), ("bytes=-99999999999999999999999", 0..<3_000_000),
    ]
    for (range, bytes) in rows {
      let answer = try await client.get(Self.weights, ["Range": range])
      #expect(answer.status == 206, "\(range)")
      #expect(
        answer.headers["Content-Range"] == "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/3000000", "\(range)")
      #expect(answer.body == Array(content[bytes]), "\(range)")
    }
    #expect(try await client.get(Self.text, ["Range": "bytes=1-2"]).text == "dd")
  }

  @Test func `what is no single range of bytes is ignored`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let many = "bytes=" + (0..<1000).map { "\($0)-\($0)" }.joined(separator: ",")
    for range in ["bytes=3-1", "bytes=a-b", "bytes=", "bytes=-", "lines=0-1", "bytes=0-0,2-2", many, "bytes=1", "0-1"] {
      let answer = try await client.get(Self.text, ["Range": range])
      #expect(answer.status == 200 && answer.text == "odd\n", "\(range)")
    }
    let head = try await client.head(Self.text, ["Range": "bytes=0-0"])
    #expect(head.status == 200 && head.headers["Content-Length"] == "4")
  }

  @Test func `a range behind the end names the size`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for range in ["bytes=4-", "bytes=4-10", "bytes=-0", "bytes=99999999999999999999-"] {
      let answer = try await client.get(Self.text, ["Range": range])
      #expect(answer.status == 416 && answer.headers["Content-Range"] == "bytes */4", "\(range)")
    }
  }

  @Test func `an empty file has no range to be refused`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for range in ["bytes=0-0", "bytes=0-", "bytes=-5"] {
      let answer = try await client.get(Self.empty, ["Range": range])
      #expect(answer.status == 200 && answer.body == [], "\(range)")
    }
    #expect(try await client.get(Self.empty, ["Range": "bytes=1-"]).status == 416)
  }

  @Test func `conditions are decided by the content's identity`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let etag = try #require(try await client.head(Self.text).headers["ETag"])
    for (header, status) in [
      (etag, 304), ("W/\(etag)", 304), ("\"x\", \(etag)", 304), ("*", 304), ("\"0000\"", 200), ("", 200),
    ] {
      for answer in [
        try await client.get(Self.text, ["If-None-Match": header]),
        try await client.head(Self.text, ["If-None-Match": header]),
      ] {
        #expect(answer.status == status, "\(header)")
        #expect(answer.headers["ETag"] == etag)
      }
    }
    for (header, status) in [
      (etag, 206), ("\"0000\"", 200), ("W/\(etag)", 200), ("Tue, 14 Nov 2023 00:00:00 GMT", 200),
    ] {
      let answer = try await client.get(Self.text, ["Range": "bytes=0-1", "If-Range": header])
      #expect(answer.status == status, "\(header)")
    }
  }
}
