import Foundation
import HubModel
import HubTransport
import Testing

@Suite struct HubErrorMappingTests {
  static let resolve = "https://hub/org/model/resolve/main/a.json?token=s"
  static let whoami = "https://hub/api/whoami-v2"
  static let disabled = "Access to this resource is disabled."
  static let wrong = "Invalid credentials in Authorization header"

  static func response(
    _ status: Int, _ headers: HTTPHeaders = [:], _ body: String = "", url: String = resolve
  ) throws -> HTTPResponse {
    HTTPResponse(
      head: HTTPResponseHead(status: status, headers: headers, url: try parsed(url)),
      body: Array(body.utf8))
  }

  @Test(
    arguments: [
      (404, ["X-Error-Code": "RevisionNotFound"], resolve, .revisionNotFound),
      (404, ["X-Error-Code": "EntryNotFound"], resolve, .entryNotFound),
      (404, ["X-Error-Code": "RepoNotFound"], resolve, .repositoryNotFound),
      (401, ["X-Error-Code": "RepoNotFound"], whoami, .repositoryNotFound),
      (403, ["X-Error-Code": "GatedRepo"], resolve, .gated), (401, ["X-Error-Code": "GatedRepo"], resolve, .gated),
      (403, ["X-Error-Message": disabled], resolve, .disabled),
      (401, [:], resolve, .repositoryNotFound), (401, [:], "https://hub/api/models/org/model", .repositoryNotFound),
      (401, [:], "https://hub/api/datasets/d/tree/main", .repositoryNotFound),
      (401, [:], "https://hub/api/models", .unauthorized),
      (401, [:], whoami, .unauthorized), (401, ["X-Error-Message": wrong], resolve, .unauthorized),
      (403, [:], resolve, .forbidden), (404, [:], resolve, .status(404)), (400, [:], resolve, .status(400)),
      (409, [:], resolve, .conflict("The hub holds something else already (409)")),
      (412, [:], resolve, .conflict("The hub holds something else already (412)")),
      (429, ["Retry-After": "5"], resolve, .rateLimited(retryAfter: 5)),
      (429, [:], resolve, .rateLimited(retryAfter: nil)),
      (500, [:], resolve, .status(500)), (503, ["Retry-After": "5"], resolve, .status(503)),
    ] as [(Int, HTTPHeaders, String, HubError.Problem)]) func `each refusal has its error`(
      status: Int, headers: HTTPHeaders, url: String, problem: HubError.Problem
    ) throws
  {
    let error = HubErrorMapping.error(for: try Self.response(status, headers, url: url))
    #expect(error?.problem == problem)
  }

  @Test(arguments: [200, 204, 206, 302, 304]) func `what is no refusal is no error`(status: Int) throws {
    #expect(HubErrorMapping.error(for: try Self.response(status)) == nil)
  }

  @Test(
    arguments: [
      (#"{"error":"No such branch"}"#, "No such branch"), (#"{"error":["a","b"]}"#, "a; b"),
      (#"{"error":"a","error_description":"b"}"#, "a; b"), (#"{"message":"m"}"#, "m"),
      (#"{"errors":[{"message":"x"},{"message":"y"}]}"#, "x; y"), (#"{"error":"a","errors":[{"message":"a"}]}"#, "a"),
      (#"{"error":{"deep":1}}"#, nil), ("plain words", "plain words"), ("<html>no</html>", nil), ("", nil),
      ("\u{0}\u{1}", nil), ("{broken", nil), ("[1]", "[1]"),
    ] as [(String, String?)]) func `the hub's words are read from the body`(body: String, words: String?) throws
  {
    #expect(HubErrorMapping.error(for: try Self.response(500, [:], body))?.context.serverMessage == words)
  }

  @Test func `the header's words count before the body's`() throws {
    let response = try Self.response(403, ["X-Error-Message": "header", "X-Request-Id": "id-1"], #"{"error":"body"}"#)
    let error = try #require(HubErrorMapping.error(for: response))
    #expect(error.context.serverMessage == "header")
    #expect(error.context.requestID == "id-1")
    #expect(error.context.url == "https://hub/org/model/resolve/main/a.json")
  }

  @Test func `a token in the hub's words is taken out`() throws {
    let token = try Token("s3cr3t")
    let response = try Self.response(401, [:], "no entry for Bearer s3cr3t, nor for hf_abcdefghijklm")
    let error = try #require(HubErrorMapping.error(for: response, token: token))
    #expect(error.context.serverMessage == "no entry for Bearer (token), nor for (token)")
  }
}
