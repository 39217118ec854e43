import HubModel
import Testing

@Suite struct LFSPointerTests {
  static let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
  static let version = "version https://git-lfs.github.com/spec/v1\n"

  @Test func `a pointer is printed as git-lfs does`() throws {
    let pointer = try #require(LFSPointer(oid: Self.oid, size: 12345))
    #expect(pointer.text == Self.version + "oid sha256:\(Self.oid)\nsize 12345\n")
    #expect(LFSPointer(bytes: Array(pointer.text.utf8)) == pointer)
    #expect(pointer.etag == .sha256(Self.oid))
  }

  @Test(arguments: [
    "version https://git-lfs.github.com/spec/v1\r\noid sha256:\(oid)\r\nsize 5\r\n",
    version + "ext-0-foo sha256:\(oid)\noid sha256:\(oid)\nsize 5\n", version + "size 5\noid sha256:\(oid)",
    "version https://git-lfs.github.com/spec/v2\noid sha256:\(oid)\nsize 5\n",
  ])
  func `what git-lfs takes for a pointer is one`(text: String) {
    #expect(LFSPointer(bytes: Array(text.utf8)) == LFSPointer(oid: Self.oid, size: 5))
  }

  @Test(arguments: [
    "", "text", version, version + "oid sha256:\(oid)\n", version + "size 5\n",
    version + "oid sha256:\(oid.uppercased())\nsize 5\n", version + "oid sha256:\(oid.dropLast())\nsize 5\n",
    version + "oid md5:\(oid)\nsize 5\n", version + "oid sha256:\(oid)\nsize -5\n",
    version + "oid sha256:\(oid)\nsize 99999999999999999999\n", version + "oid sha256:../../../etc/passwd\nsize 5\n",
    " " + version + "oid sha256:\(oid)\nsize 5\n",
    version + "oid sha256:\(oid)\nsize 5\n" + String(repeating: "x", count: 1024),
  ])
  func `what is no pointer is an ordinary file`(text: String) { #expect(LFSPointer(bytes: Array(text.utf8)) == nil) }
}
