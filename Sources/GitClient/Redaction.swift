import HubModel

// A server, or a hook of its, may repeat what it was sent: `env` in a hook shows the header of the request.

extension HubError {
  /// The same error, a server's words in it without the token that was sent.
  func redacted(_ token: BoundToken?) -> HubError {
    guard let token else { return self }
    var context = context
    context.serverMessage = context.serverMessage.map(token.redacted)
    let problem: Problem =
      switch self.problem {
      case .rejected(let reason): .rejected(token.redacted(in: reason))
      case .conflict(let reason): .conflict(token.redacted(in: reason))
      case .repository(let reason): .repository(reason: token.redacted(in: reason))
      case let other: other
      }
    return HubError(problem, context: context, cause: cause)
  }
}

extension GitProgress {
  /// The same, a server's words in it without the token that was sent.
  func redacted(_ token: BoundToken?) -> GitProgress {
    guard let token, case .message(let text) = self else { return self }
    return .message(token.redacted(in: text))
  }
}
