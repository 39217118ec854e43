import Foundation
import HubModel
import HubTransport
import Testing

@Suite struct ProxySelectionTests {
  typealias Row = (url: String, environment: [String: String], call: [String: String], proxy: String?)
  static let both = ["HTTP_PROXY": "http://one:1", "HTTPS_PROXY": "http://two:2"]

  @Test(
    arguments: [
      // The environment, lower case first.
      ("http://h/", [:], [:], nil), ("http://h/", both, [:], "http://one:1"), ("https://h/", both, [:], "http://two:2"),
      ("https://h/", ["HTTPS_PROXY": "a:1", "https_proxy": "b:2"], [:], "http://b:2"),
      ("https://h/", ["HTTPS_PROXY": "a:1", "https_proxy": ""], [:], nil),
      ("https://h/", ["ALL_PROXY": "socks5h://s:3"], [:], "socks5h://s:3"),
      ("https://h/", ["ALL_PROXY": "s:3", "HTTPS_PROXY": "a:1"], [:], "http://a:1"),
      ("http://h/", ["HTTP_PROXY": "a:1", "REQUEST_METHOD": "GET"], [:], nil),
      ("http://h/", ["http_proxy": "a:1", "REQUEST_METHOD": "GET"], [:], "http://a:1"),
      // The call's own, the most specific first; an empty one is a direct connection.
      ("https://h/", [:], ["https": "p:3128"], "http://p:3128"), ("http://h/", [:], ["https": "p:3128"], nil),
      ("https://h/", both, ["https": "p:3128"], "http://p:3128"),
      ("https://h/", both, ["http": "p:3128"], "http://two:2"),
      ("https://h/", [:], ["https": "p:1", "https://h": "q:2"], "http://q:2"),
      ("https://other/", [:], ["https": "p:1", "https://h": "q:2"], "http://p:1"),
      ("https://h/", [:], ["all": "p:1", "all://h": "q:2"], "http://q:2"),
      ("https://h/", both, ["all": "p:1"], "http://two:2"),
      ("https://h/", both, ["https": ""], nil),
      // Exceptions concern the environment only.
      ("https://a.example.com/", both + ["NO_PROXY": "example.com"], [:], nil),
      ("https://example.com/", both + ["NO_PROXY": ".example.com"], [:], nil),
      ("https://notexample.com/", both + ["NO_PROXY": "example.com"], [:], "http://two:2"),
      ("https://EXAMPLE.com/", both + ["NO_PROXY": "x, Example.COM"], [:], nil),
      ("https://h:8443/", both + ["NO_PROXY": "h:8443"], [:], nil),
      ("https://h/", both + ["NO_PROXY": "h:8443"], [:], "http://two:2"),
      ("https://h/", both + ["NO_PROXY": "*"], [:], nil),
      ("https://h/", both + ["no_proxy": "", "NO_PROXY": "*"], [:], "http://two:2"),
      ("http://10.1.2.3/", both + ["NO_PROXY": "10.0.0.0/8"], [:], nil),
      ("http://11.1.2.3/", both + ["NO_PROXY": "10.0.0.0/8"], [:], "http://one:1"),
      ("http://127.0.0.1:80/", both + ["NO_PROXY": "127.0.0.1"], [:], nil),
      ("http://[::1]/", both + ["NO_PROXY": "::1"], [:], nil),
      ("https://h/", both + ["NO_PROXY": "h"], ["https": "p:1"], "http://p:1"),
      ("https://h/", both, ["no_proxy": "h"], nil),
    ] as [Row]) func `a URL has its proxy`(row: Row) throws
  {
    let selection = ProxySelection(environment: row.environment)
    let proxy = try selection.proxy(for: parsed(row.url), call: row.call)
    #expect(proxy?.address == row.proxy)
  }

  @Test(arguments: ["ftp://u:secret@p:1", "http://", "http://u:secret@", "p:x"]) func `a proxy that is none is refused`(
    text: String
  ) {
    let error = #expect(throws: HubError.self) { try Proxy(text) }
    #expect(error?.explanation.contains("secret") == false)
  }

  @Test func `credentials are not shown`() throws {
    let proxy = try Proxy("http://user:secret@p:1")
    var dumped = ""
    dump(proxy, to: &dumped)
    for text in ["\(proxy)", String(reflecting: proxy), dumped] { #expect(!text.contains("secret")) }
    #expect("\(proxy)" == "http://p:1 (with credentials)")
  }
}

private func + (first: [String: String], second: [String: String]) -> [String: String] {
  first.merging(second) { $1 }
}

@Suite struct TLSConfigurationTests {
  @Test(
    arguments: [
      ([:], nil, nil), (["SSL_CERT_FILE": "/f"], "/f", nil), (["SSL_CERT_DIR": "/d"], nil, "/d"),
      (["CURL_CA_BUNDLE": "/c", "SSL_CERT_FILE": "/f"], "/c", nil),
      (["REQUESTS_CA_BUNDLE": "/r", "CURL_CA_BUNDLE": "/c"], "/r", nil), (["REQUESTS_CA_BUNDLE": "/d"], nil, "/d"),
      (["REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": "/f"], "/f", nil),
    ] as [([String: String], String?, String?)]) func `the environment names the authorities`(
      environment: [String: String], file: String?, directory: String?
    )
  {
    let tls = TLSConfiguration(environment: environment) { $0 == "/d" }
    #expect(tls == TLSConfiguration(authorityFile: file, authorityDirectory: directory))
  }
}
