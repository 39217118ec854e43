import HTTPTypes
import HubModel
import Yams

extension HubService {
  /// Whether the front matter of a card is well formed.
  ///
  /// Clients ask before every `README.md` they send, and read the answer as JSON whatever its status.
  func validateYAML(_ request: HubRequest, _ body: BodyReader) async throws -> Reply {
    try require(.post, request)
    let question: YAMLQuestion = try await decoded(body, form: #"{"content": "---\n…\n---", "repoType": "model"}"#)
    let answer = Self.answer(to: question.content)
    return try Reply(json: answer, status: answer.errors.isEmpty ? .ok : .badRequest)
  }

  /// What is wrong with a card, and what it lacks.
  static func answer(to card: String) -> YAMLAnswer {
    guard let matter = frontMatter(of: card) else {
      return YAMLAnswer(warnings: [YAMLAnswer.Flaw(message: "empty or missing yaml metadata in repo card")])
    }
    guard !isTooDeep(matter) else {
      return YAMLAnswer(errors: [YAMLAnswer.Flaw(message: "the metadata is nested too deeply")])
    }
    do {
      guard let node = try Yams.compose(yaml: matter) else {
        return YAMLAnswer(warnings: [YAMLAnswer.Flaw(message: "empty or missing yaml metadata in repo card")])
      }
      guard node.mapping != nil else {
        return YAMLAnswer(errors: [YAMLAnswer.Flaw(message: "\"metadata\" must be of type object")])
      }
      return YAMLAnswer()
    } catch {
      return YAMLAnswer(errors: [YAMLAnswer.Flaw(message: "the metadata is no YAML: \(error)")])
    }
  }

  /// Whether the parser, which calls itself for each level, had better not see the text.
  ///
  /// Counts more levels than there are: a level needs an open bracket, or a column before the first word of a line.
  private static func isTooDeep(_ yaml: String) -> Bool {
    var (open, column, isMargin) = (0, 0, true)
    for byte in yaml.utf8 {
      switch byte {
      case UInt8(ascii: "\n"): (column, isMargin) = (0, true)
      case UInt8(ascii: "["), UInt8(ascii: "{"): (open, isMargin) = (open + 1, false)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): (open, isMargin) = (max(0, open - 1), false)
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): column += isMargin ? 1 : 0
      default: isMargin = false
      }
      if open > 200 || column > 400 { return true }
    }
    return false
  }

  /// The text between the first line, `---`, and the next such line.
  private static func frontMatter(of card: String) -> String? {
    let lines = card.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    func isFence(_ line: Substring) -> Bool {
      line.beginsWithBytes("---") && line.utf8.dropFirst(3).allSatisfy { $0 == 32 }
    }
    guard let first = lines.first, isFence(first), let end = lines.dropFirst().firstIndex(where: isFence) else {
      return nil
    }
    return lines[1..<end].joined(separator: "\n")
  }
}
