import Foundation
import HubModel
import HubTransport
import Testing

@Suite struct RedirectPolicyTests {
  enum Expected: Sendable { case deliver, refuse, follow(String, Bool) }
  typealias Row = (RedirectPolicy, HTTPMethod, Int, String?, Expected)
  static let start = "https://hub.example/org/model/resolve/main/a.json?x=1"

  @Test(
    arguments: [
      // Within the origin: relative, absolute, scheme and port in other words.
      (.content, .get, 307, "/b?y=2", .follow("https://hub.example/b?y=2", true)),
      (.content, .get, 302, "b.json#part", .follow("https://hub.example/org/model/resolve/main/b.json", true)),
      (.metadata, .head, 307, "https://HUB.example:443/b", .follow("https://HUB.example:443/b", true)),
      (.interface, .get, 301, "/c", .follow("https://hub.example/c", true)),
      // To another origin: the bytes are fetched without the token, metadata stop, the interface does not go there.
      (
        .content, .get, 302, "https://cdn.example/f?Signature=a%2Fb",
        .follow("https://cdn.example/f?Signature=a%2Fb", false)
      ),
      (.content, .get, 302, "https://hub.example:8443/f", .follow("https://hub.example:8443/f", false)),
      (.content, .get, 302, "//cdn.example/f", .follow("https://cdn.example/f", false)),
      (.content, .get, 302, "https://hub.example@evil.example/f", .follow("https://evil.example/f", false)),
      (.content, .get, 302, "https://u:p@hub.example/f", .follow("https://hub.example/f", true)),
      (.metadata, .head, 302, "https://cdn.example/f", .deliver),
      (.metadata, .head, 302, "http://hub.example/f", .deliver),
      (.interface, .get, 302, "https://cdn.example/f", .refuse),
      // Encryption is not given up.
      (.content, .get, 302, "http://hub.example/f", .refuse), (.content, .get, 302, "http://cdn.example/f", .refuse),
      // Other schemes and nonsense.
      (.content, .get, 302, "file:///etc/passwd", .refuse), (.content, .get, 302, "ftp://h/x", .refuse),
      (.content, .get, 302, "gopher://h/x", .refuse), (.content, .get, 302, "", .refuse),
      (.content, .get, 302, nil, .refuse),
      (.content, .get, 302, "https://", .refuse), (.content, .get, 302, "https://[::1", .refuse),
      (.content, .get, 302, "javascript:alert(1)", .refuse),
      // A request with a body keeps its method or is not followed at all.
      (.interface, .post, 307, "/c", .follow("https://hub.example/c", true)), (.interface, .post, 302, "/c", .refuse),
      (.interface, .post, 303, "/c", .refuse), (.content, .post, 307, "https://cdn.example/", .refuse),
      (.content, .put, 308, "https://cdn.example/", .refuse),
      (.content, .put, 308, "/c", .follow("https://hub.example/c", true)),
      (.interface, .delete, 301, "/c", .refuse),
      // Loops.
      (.content, .get, 302, start, .refuse), (.content, .get, 302, start + "#again", .refuse),
      // What is no redirect.
      (.content, .get, 200, "/b", .deliver), (.content, .get, 300, "/b", .deliver),
      (.content, .get, 304, nil, .deliver),
      (.content, .get, 201, "/b", .deliver),
    ] as [Row]) func `each redirect has its answer`(row: Row) throws
  {
    let (policy, method, status, location, expected) = row
    let journey = RedirectPolicy.Journey(try parsed(Self.start))
    let decision = policy.decide(status, location: location, method: method, journey: journey)
    switch (decision, expected) {
    case (.deliver, .deliver), (.refuse(.protocolViolation), .refuse): break
    case (.follow(let url, let keepsToken), .follow(let text, let keeps)):
      #expect(url.absoluteString == text)
      #expect(keepsToken == keeps)
    default: Issue.record("\(decision)")
    }
  }

  @Test func `a refusal shows no signature and no password`() throws {
    let journey = RedirectPolicy.Journey(try parsed(Self.start))
    for location in ["ftp://u:secret@h/x?Signature=secret", "http://u:secret@h/x?Signature=secret#secret"] {
      let decision = RedirectPolicy.content.decide(302, location: location, method: .get, journey: journey)
      guard case .refuse(let problem) = decision else {
        Issue.record("\(decision)")
        continue
      }
      #expect(!HubError(problem).explanation.contains("secret"))
    }
  }
}
