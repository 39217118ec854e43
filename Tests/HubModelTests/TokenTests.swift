import Foundation
import HubModel
import Testing

@Suite struct TokenTests {
  @Test(arguments: ["hf_abc", " hf_abc\n", "\thf_abc\r\n"]) func `white space around a token is no part of it`(
    text: String
  ) throws {
    #expect(try Token(text) == Token("hf_abc"))
  }

  @Test(arguments: [
    "", " \n", "hf_a\nX-Evil: 1", "hf_a\r\nb", "hf a", "hf\0a", "hf\tb", "hf_é", "hf_\u{202E}a", "hf_\u{7F}",
    String(repeating: "a", count: Token.maximumLength + 1),
  ]) func `a token that would break its header is refused, and not shown`(text: String) {
    let error = #expect(throws: HubError.self) { try Token(text) }
    #expect(error?.code == .invalidArgument)
    let visible = text.filter { !$0.isWhitespace }
    if !visible.isEmpty { #expect(error?.explanation.contains(visible) == false) }
  }

  @Test func `nothing prints a token`() throws {
    let bound = try Token("hf_secret").bound(to: #require(Origin(url("https://h"))))
    var dumped = ""
    dump(bound, to: &dumped)
    for text in ["\(bound)", "\(bound.token)", String(reflecting: bound), String(reflecting: bound.token), dumped] {
      #expect(!text.contains("hf_secret"))
    }
  }

  @Test func `a token is taken out of a server's words`() throws {
    #expect(try Token("hf_s").redacted(in: "no hf_s here, hf_s") == "no (token) here, (token)")
    // A hook that shows its environment shows the header.
    let origin = try #require(Origin(url("https://h")))
    let basic = try Token("hf_s").bound(to: origin, as: .basic(user: "u"))
    #expect(basic.redacted(in: "Basic dTpoZl9z, hf_s") == "Basic (token), (token)")
  }
}

private func url(_ text: String) throws -> URL { try #require(URL(string: text)) }
