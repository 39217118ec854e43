import Testing

extension TemporaryDirectory {
  /// Makes a certificate that signs itself, `NAME.pem`, and its key, `NAME.key`.
  ///
  /// - Parameters:
  ///   - name: What the files are called, and who the certificate is about.
  ///   - subject: The address that it is good for (openssl's `subjectAltName`).
  public func makeCertificate(_ name: String, subject: String = "IP:127.0.0.1") async throws {
    let openssl = try #require(Layout.program("openssl"))
    let arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=\(name)", "-addext", "subjectAltName=\(subject)", "-keyout", appending("\(name).key"), "-out",
      appending("\(name).pem"),
    ]
    let outcome = try await Program(openssl, arguments).run()
    try #require(outcome.status == 0, "\(outcome.errorText)")
  }
}
