/// The `.gitattributes` that a new repository begins with, byte by byte those of the Hugging Face Hub (protocol
/// reference, section 5.6).
public enum DefaultAttributes {
  private static let patterns = [
    "*.7z", "*.arrow", "*.bin", "*.bz2", "*.ckpt", "*.ftz", "*.gz", "*.h5", "*.joblib", "*.lfs.*", "*.mlmodel",
    "*.model", "*.msgpack", "*.npy", "*.npz", "*.onnx", "*.ot", "*.parquet", "*.pb", "*.pickle", "*.pkl", "*.pt",
    "*.pth", "*.rar", "*.safetensors", "saved_model/**/*", "*.tar.*", "*.tar", "*.tflite", "*.tgz", "*.wasm", "*.xz",
    "*.zip", "*.zst", "*tfevents*",
  ]

  private static let media = [
    ("# Audio files - uncompressed", ["*.pcm", "*.sam", "*.raw"]),
    ("# Audio files - compressed", ["*.aac", "*.flac", "*.mp3", "*.ogg", "*.wav"]),
    ("# Image files - uncompressed", ["*.bmp", "*.gif", "*.png", "*.tiff"]),
    ("# Image files - compressed", ["*.jpg", "*.jpeg", "*.webp"]),
    ("# Video files - compressed", ["*.mp4", "*.webm"]),
  ]

  /// The file's text for a repository of a kind.
  public static func text(_ kind: RepositoryID.Kind) -> String {
    guard kind == .dataset else { return lines(patterns) }
    let all = patterns.flatMap { pattern in
      switch pattern {
      case "*.lfs.*": [pattern, "*.lz4", "*.mds"]
      default: [pattern]
      }
    }
    return lines(all) + media.map { $0 + "\n" + lines($1) }.joined()
  }

  private static func lines(_ patterns: [String]) -> String { patterns.map { $0 + GitAttributes.lfs }.joined() }
}
