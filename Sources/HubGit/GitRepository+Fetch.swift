internal import CGit2
package import HubModel

extension GitRepository {
  /// Fetches `references` with all that leads to them, and what is new alone, and gives them the same names here.
  ///
  /// libgit2 speaks to the server through a transport that is made for this call (`git_transport_smart`): it opens no
  /// connection, knows no URL, and its configuration records none.
  ///
  /// - Parameters:
  ///   - references: Full names; one that the server does not have is left out.
  ///   - server: The way to the server.
  /// - Throws: What the server's side throws; `repository` with libgit2's words.
  package borrowing func fetch(_ references: [String], from server: some SmartExchange) throws(HubError) {
    let connection = SmartConnection(server)
    let remote = try Handle("git_remote_create_anonymous", free: git_remote_free) {
      // The name appears nowhere: the transport below is taken whatever it says.
      git_remote_create_anonymous(&$0, pointer, "http://server.invalid/")
    }
    var options = git_fetch_options()
    try GitFailure.check(
      git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)), "git_fetch_options_init")
    (options.update_fetchhead, options.download_tags) = (0, GIT_REMOTE_DOWNLOAD_TAGS_NONE)
    options.callbacks.transport = { made, remote, connection in
      var definition = git_smart_subtransport_definition(callback: makeSubtransport, rpc: 1, param: connection)
      return git_transport_smart(made, remote, &definition)
    }
    options.callbacks.payload = Unmanaged.passUnretained(connection).toOpaque()
    let names = CStrings(references.map { "+\($0):\($0)" })
    var pointers: [UnsafeMutablePointer<CChar>?] = names.pointers
    let result = pointers.withUnsafeMutableBufferPointer { buffer in
      var list = git_strarray(strings: buffer.baseAddress, count: buffer.count)
      return git_remote_fetch(remote.pointer, &list, &options, nil)
    }
    withExtendedLifetime((names, connection)) {}
    if result < 0, let failure = connection.failure {
      git_error_clear()
      throw failure
    }
    try GitFailure.check(result, "git_remote_fetch")
  }
}
