package import HubModel

/// How libgit2 reaches a server that speaks git's smart protocol over HTTP: who asks for a fetch supplies both requests.
///
/// The functions are called on the thread that fetches, one after the other, and block it.
package protocol SmartExchange: Sendable {
  /// What `GET info/refs?service=git-upload-pack` answers, in the protocol's version 0, all of it.
  func advertisement() throws(HubError) -> [UInt8]

  /// What `POST git-upload-pack` answers to `request`.
  ///
  /// - Returns: A file with the answer, which is removed once it is open.
  func uploadPack(_ request: [UInt8]) throws(HubError) -> String
}
