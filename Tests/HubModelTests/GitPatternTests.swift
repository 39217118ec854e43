import Foundation
import HubModel
import TestSupport
import Testing

/// Patterns of `.gitignore` and `.gitattributes`, as git itself understands them.
@Suite struct GitPatternTests {
  static let patterns = [
    "*.bin", "a", "/a", "a/", "a/b", "a/*", "a/**", "**/b", "a/**/b", "*", "**", "*.tar.*", "saved_model/**/*",
    "[ab].txt", "[!a].txt", "[^a].txt", "[a-c]*", "[]]x", "a?c", "a\\*b", "*tfevents*", "x[[:space:]]y",
    "[[:digit:]].txt",
    "a**b", "**a", "foo/**/", "/*.txt", "é*", "a/b/", "[z-a]", "b*c*d", "[",
  ]

  static let paths = [
    "a", "b", "a.bin", "a/b", "a/b/c", "x/a", "x/a/b", "a/x/b", "a/x/y/b", "m.tar.gz", "saved_model/v/x.pb",
    "saved_model/x", "a.txt", "b.txt", "q.txt", "]x", "abc", "a*b", "axb", "e.tfevents.1", "x y", "5.txt", "ab",
    "foo/x/y", "d/a.txt", "éa", "sub/a.bin", "ba", "bxcyd", "bxc/d",
  ]

  @Test func `files are left out as git does`() async throws {
    let directory = try TemporaryDirectory()
    let git = try #require(Layout.program("git"))
    _ = try await Program(git, ["init", "-q"], directory: directory.path).run()
    for pattern in Self.patterns {
      try directory.write(Array("\(pattern)\n".utf8), to: ".gitignore")
      let outcome = try await Program(
        git, ["-c", "core.quotePath=false", "check-ignore", "--no-index", "--stdin"], directory: directory.path,
        input: Array(Self.paths.joined(separator: "\n").utf8)
      ).run()
      let expected = outcome.text.split(separator: "\n").map(String.init)
      #expect(Self.paths.filter { GitIgnore(pattern).ignores($0) } == expected, "\(pattern)")
    }
  }

  @Test func `files belong in LFS as git says`() async throws {
    let directory = try TemporaryDirectory()
    let git = try #require(Layout.program("git"))
    _ = try await Program(git, ["init", "-q"], directory: directory.path).run()
    let own = try Self.paths.map { GitAttributes.line(for: try RepositoryPath($0)) }
    let texts =
      Self.patterns.map { $0 + GitAttributes.lfs } + own + ["*" + GitAttributes.lfs + "a -filter\nb !filter\n"]
    for text in texts {
      try directory.write(Array(text.utf8), to: ".gitattributes")
      let outcome = try await Program(
        git, ["check-attr", "-z", "--stdin", "filter"], directory: directory.path,
        input: Array(Self.paths.map { $0 + "\0" }.joined().utf8)
      ).run()
      let fields = outcome.text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      let expected = Self.paths.indices.filter { fields[3 * $0 + 2] == "lfs" }.map { Self.paths[$0] }
      #expect(Self.paths.filter { GitAttributes(text).isLFS($0) == true } == expected, "\(text)")
    }
  }

  @Test func `the line for a path covers it`() throws {
    for text in ["a.bin", "sub/a b.bin", "x[1].bin", "q*.bin", "#x", "!x", "é/ü.bin", "a\"b"] {
      #expect(GitAttributes(GitAttributes.line(for: try RepositoryPath(text))).isLFS(text) == true, "\(text)")
    }
  }

  @Test func `a hostile pattern takes no time`() throws {
    let pattern = try #require(GitPattern(String(repeating: "*a", count: 200) + "b"))
    #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
  }
}
