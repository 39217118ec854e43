import Foundation

/// A number of bytes as `hf` prints it, in powers of 1000: `512.0`, `3.1M`.
func byteCount(_ bytes: Int64) -> String {
  var number = Double(bytes)
  for unit in ["", "K", "M", "G", "T", "P"] {
    if number < 1000 { return String(format: "%.1f", number) + unit }
    number /= 1000
  }
  return String(format: "%.1f", number) + "E"
}

/// A number of seconds for people: `7 s`, `3:05`, `1:02:03`.
func duration(_ seconds: Double) -> String {
  let whole = Int(min(max(0, seconds.rounded(.up)), 1e9))
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  if hours > 0 { return String(format: "%d:%02d:%02d", hours, minutes, rest) }
  return minutes > 0 ? String(format: "%d:%02d", minutes, rest) : "\(rest) s"
}

/// A number with its noun: `1 file`, `2 files`, `0 repositories`.
func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
  "\(number) " + (number == 1 ? noun : plural ?? noun + "s")
}
