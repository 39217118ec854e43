internal import CCurl
import Foundation

/// How long a hub wants us to wait, from the headers of a refusal.
public enum ServerWait {
  /// The seconds to wait, if `headers` say so.
  ///
  /// `RateLimit: "api";r=0;t=55` counts when nothing is left (`r=0`), with a second added as its `t` is rounded
  /// (draft-ietf-httpapi-ratelimit-headers); else `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
  /// Anything else is rubbish, and no wish.
  ///
  /// - Parameter now: The current time, seconds since 1970, for the form with a date.
  public static func seconds(_ headers: HTTPHeaders, now: Double) -> Double? {
    rateLimit(headers["RateLimit"] ?? "") ?? headers["Retry-After"].flatMap { retryAfter($0, now: now) }
  }

  private static func rateLimit(_ value: String) -> Double? {
    var fields: [Substring: Substring] = [:]
    for part in value.split(separator: ";").dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { fields[pair[0].trimmed[...]] = pair[1].trimmed[...] }
    }
    guard fields["r"] == "0", let seconds = fields["t"].flatMap({ number($0) }) else { return nil }
    return seconds + 1
  }

  private static func retryAfter(_ value: String, now: Double) -> Double? {
    if let seconds = number(value[...]) { return seconds }
    // A date has its time; curl_getdate reads the three forms of RFC 9110, section 5.6.7, and guesses at others.
    guard value.utf8.contains(UInt8(ascii: ":")) else { return nil }
    let date = curl_getdate(value, nil)
    return date < 0 ? nil : max(0, Double(date) - now)
  }

  /// A decimal number of any length; those beyond a century are a century.
  private static func number(_ text: Substring) -> Double? {
    guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
    return min(Double(text) ?? .infinity, 100 * 366 * 86400)
  }
}
