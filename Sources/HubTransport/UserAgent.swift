internal import CCurl

/// The `User-Agent` that a hub sees, in the form of Python's client: products joined by `; `.
public struct UserAgent: Sendable, Hashable, CustomStringConvertible {
  private var products: [String]

  /// Names the program, this package and libcurl.
  ///
  /// - Parameters:
  ///   - product: The program, as `NAME/VERSION`.
  ///   - environment: `HF_HUB_USER_AGENT_ORIGIN` is added as `origin/VALUE`.
  public init(product: String? = nil, environment: [String: String] = [:]) {
    products = [product, "diffusion-hub/\(Self.packageVersion)", "libcurl/\(LIBCURL_VERSION)", Self.system]
      .compactMap(\.self)
    if let origin = environment["HF_HUB_USER_AGENT_ORIGIN"], !origin.isEmpty { products.append("origin/\(origin)") }
  }

  /// The version of this package.
  public static let packageVersion = "0.1.0"

  #if os(macOS)
    private static let system = "os/macos"
  #else
    private static let system = "os/linux"
  #endif

  /// The header's value; characters that a header cannot hold are left out.
  public var description: String {
    let text = products.joined(separator: "; ")
    return String(text.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }.map(Character.init))
  }
}
