import Crypto
import Foundation
public import HubModel

/// The file of the hub's tokens.
///
///     {"tokens": [
///       {"name": "laptop", "token": "hf_…", "user": "ada", "role": "write", "orgs": ["team"]},
///       {"name": "ci", "token": "hf_…", "user": "robot", "role": "read"}
///     ]}
///
/// It must not be readable by others (`chmod 600`). It is read again whenever it has changed; a change that cannot be
/// read leaves the accounts as they were, and is logged. In memory are the hashes of the tokens alone. A user
/// administers the organisations that the file gives them: there is nobody else who could.
public struct TokenFile: Sendable {
  private let accounts: [(digest: SHA256.Digest, account: Account)]

  /// Reads the file at `path`.
  ///
  /// - Throws: `configuration`, with the rule that the file breaks and never with a token.
  public init(path: String) throws(HubError) {
    func refuse(_ reason: String) -> HubError { HubError(.configuration(source: path, reason: reason)) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw refuse("there is no such file") }
    guard status.st_mode & 0o077 == 0 else { throw refuse("others can read it; run 'chmod 600 \(path)'") }
    guard let data = FileManager.default.contents(atPath: path) else { throw refuse("it cannot be read") }
    guard let document = try? JSONDecoder().decode(Document.self, from: data) else {  // the error would quote the file
      throw refuse(
        #"it is not of the form {"tokens": [{"name": …, "token": …, "user": …, "role": "read" or "write"}]}"#)
    }
    var accounts: [(digest: SHA256.Digest, account: Account)] = []
    for entry in document.tokens {
      guard let token = try? Token(entry.token), token.secret == entry.token else {  // the error's place is the file
        throw refuse("the token '\(entry.name)' is empty, too long, or holds more than visible ASCII characters")
      }
      guard ([entry.user] + entry.orgs).allSatisfy({ (try? RepositoryID("\($0)/x")) != nil }) else {  // as above
        throw refuse("the token '\(entry.name)' names a user or organisation that could own no repository")
      }
      let account = Account(
        token: entry.name, user: entry.user, role: entry.role,
        memberships: entry.orgs.reduce(into: [:]) { $0[$1] = .admin })
      accounts.append((SHA256.hash(data: Data(token.secret.utf8)), account))
    }
    self.accounts = accounts
  }

  /// The account of the token `secret`, or `nil`.
  ///
  /// Takes the same time for every token that is wrong: hashes are compared, all of them, each in constant time.
  func account(of secret: String) -> Account? {
    let digest = SHA256.hash(data: Data(secret.utf8))
    var found: Account?
    for (other, account) in accounts where other == digest { found = account }
    return found
  }

  /// Whether the file names `name` as a user or an organisation.
  func knows(_ name: String) -> Bool { accounts.contains { $0.account.names.contains(name) } }

  private struct Document: Decodable {
    let tokens: [Entry]
  }

  private struct Entry: Decodable {
    let name, token, user: String
    let role: Account.Role
    let orgs: [String]

    enum CodingKeys: CodingKey { case name, token, user, role, orgs }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      token = try container.decode(String.self, forKey: .token)
      user = try container.decode(String.self, forKey: .user)
      role = try container.decode(Account.Role.self, forKey: .role)
      orgs = try container.decodeIfPresent([String].self, forKey: .orgs) ?? []
    }
  }
}
