internal import CCurl
import Foundation
import HubModel

/// Everything that libcurl is told about one transfer.
extension Transfer {
  /// The size of the buffer that libcurl reads into: for files 512 KiB, half as fast again as its default of 16 KiB;
  /// less for answers in memory, as there may be hundreds at once and each has its own buffer.
  private var bufferSize: Int {
    switch order.destination {
    case .sink: 512 << 10
    case .memory: 64 << 10
    }
  }

  func configure(_ configuration: CurlTransport.Configuration) throws(HubError) {
    let origin = try order.request.checkedOrigin()
    try setCallbacks()
    try setProtocols(isEncrypted: origin.scheme == "https")
    try setTLS(configuration.tls)
    proxy = try configuration.proxies.proxy(for: order.request.url, call: order.request.proxies)
    try setProxy()
    try setMethod()
    let defaults: HTTPHeaders = ["User-Agent": configuration.userAgent, "Accept": "*/*"]
    try easy.set(headerLines: order.request.headerLines(defaults: defaults, origin: origin))
    try easy.set(CURLOPT_URL, order.request.url.absoluteString)
  }

  private func setProtocols(isEncrypted: Bool) throws(HubError) {
    try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    // Only over TLS do the two sides agree on HTTP/2 without a guess. There a second request waits for the first one's
    // connection to learn whether it can share it; over plain http it would wait for the first answer.
    try easy.set(CURLOPT_HTTP_VERSION, Int(isEncrypted ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
    try easy.set(CURLOPT_PIPEWAIT, isEncrypted)
    try easy.set(CURLOPT_HTTP09_ALLOWED, false)
    try easy.set(CURLOPT_PATH_AS_IS, true)
    // Redirects, credentials and cookies are ours to decide: libcurl sends netrc passwords and cookies to another port.
    try easy.set(CURLOPT_FOLLOWLOCATION, false)
    try easy.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    try easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, true)
    // Signals belong to the program; the thread blocks SIGPIPE itself.
    try easy.set(CURLOPT_NOSIGNAL, true)
    try easy.set(CURLOPT_BUFFERSIZE, bufferSize)
    try easy.set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
    try easy.set(CURLOPT_TCP_KEEPALIVE, true)
    try easy.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: order.request.timeouts.connect * 1000)
  }

  private func setTLS(_ tls: TLSConfiguration) throws(HubError) {
    if let file = tls.authorityFile { try easy.set(CURLOPT_CAINFO, file) }
    if let directory = tls.authorityDirectory {
      try easy.set(CURLOPT_CAPATH, directory)
      if tls.authorityFile == nil { try easy.set(CURLOPT_CAINFO, nil) }
    }
    guard let certificate = tls.clientCertificate else { return }
    try easy.set(CURLOPT_SSLCERT, certificate.path)
    if let path = certificate.keyPath { try easy.set(CURLOPT_SSLKEY, path) }
    if let password = certificate.keyPassword { try easy.set(CURLOPT_KEYPASSWD, password) }
  }

  /// Sets both always: an empty proxy and an empty list of exceptions keep libcurl from reading the environment itself.
  private func setProxy() throws(HubError) {
    try easy.set(CURLOPT_PROXY, proxy?.address ?? "")
    try easy.set(CURLOPT_NOPROXY, "")
    guard let proxy else { return }
    if let user = proxy.user { try easy.set(CURLOPT_PROXYUSERNAME, user) }
    if let password = proxy.password { try easy.set(CURLOPT_PROXYPASSWORD, password) }
    // The answer to CONNECT is not the hub's, and our headers are not for the proxy.
    try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    try easy.set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
  }

  private func setMethod() throws(HubError) {
    let method = order.request.method
    let source = order.request.body.source
    if source != nil || method.hasBody {
      try easy.set(CURLOPT_UPLOAD, true)
      if let count = source == nil ? 0 : try source?.count() { try easy.set(CURLOPT_INFILESIZE_LARGE, offset: count) }
    }
    if method == .head { try easy.set(CURLOPT_NOBODY, true) }
    try easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
    // A compressed file would have to be expanded before its hash is known; compressed JSON is bounded after expansion.
    if case .memory = order.destination, method != .head, order.request.headers["Range"] == nil {
      try easy.set(CURLOPT_ACCEPT_ENCODING, "")
    }
  }

  private func setCallbacks() throws(HubError) {
    // Unretained: the thread's table keeps the transfer until its handle has left the multi handle.
    let context = Unmanaged.passUnretained(self).toOpaque()
    for option in [CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
      try easy.set(option, context)
    }
    try easy.set(CURLOPT_PREREQDATA, context)
    let handle = easy.handle
    try easy.check(
      curl_set_transfer_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        Transfer.at(context)?.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
      })
    try easy.check(
      curl_set_transfer_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        Transfer.at(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
      })
    try easy.check(
      curl_set_transfer_function(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
        Transfer.at(context)?.fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? 0
      })
    try easy.check(
      curl_set_seek_function(handle) { context, offset, origin in
        origin == SEEK_SET && Transfer.at(context)?.rewind(to: Int64(offset)) == true
          ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK
      })
    try easy.check(
      curl_set_request_function(handle) { context, _, _, _, _ in
        Transfer.at(context)?.willSend() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension HTTPRequest {
  /// The header lines as libcurl takes them: a value-less `Name;` is sent as an empty field, a `Name:` is left out.
  ///
  /// - Throws: `invalidArgument` for a name or a value that would end its line, or begin another.
  func headerLines(defaults: HTTPHeaders, origin: Origin) throws(HubError) -> [String] {
    var headers = self.headers.completed(by: defaults)
    if let authorization = token?.authorization(for: origin) { headers["Authorization"] = authorization }
    // libcurl would wait a second for a "100 Continue" that few servers send.
    var lines = ["Expect:"]
    for field in headers.fields {
      let isName = !field.name.isEmpty && field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
      guard isName, field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw HubError(.invalidArgument(name: "header", value: field.name, reason: "it holds a control character"))
      }
      lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    return lines
  }
}
