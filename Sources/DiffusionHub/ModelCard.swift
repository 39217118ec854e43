/// The `README.md` of a repository that has none: what a hub needs to know, and a line for people.
///
///     ---
///     library_name: diffusers
///     tags:
///     - diffusers
///     - scheduler
///     ---
struct ModelCard {
  /// The file's name in a repository.
  static let fileName = "README.md"

  /// What the repository is called.
  var title: String
  /// What a search on a hub finds it by, beside its library.
  var tags: [String]
  /// What is in it, in a sentence or more.
  var body: String

  /// The card of a scheduler's repository.
  init(schedulerOf className: String, in place: String, subfolder: String?) {
    title = place
    tags = ["diffusers", "scheduler", className]
    let folder = subfolder.map { ", in `\($0)`" } ?? ""
    body = """
      The configuration of a scheduler, `\(className)`\(folder). With `diffusers`:

      ```python
      from diffusers import \(className)

      scheduler = \(className).from_pretrained("\(place)"\(subfolder.map { ", subfolder=\"\($0)\"" } ?? ""))
      ```
      """
  }

  /// The card as a file.
  var text: String {
    let tags = tags.map { "- \($0)\n" }.joined()
    return "---\nlibrary_name: diffusers\ntags:\n\(tags)---\n\n# \(title)\n\n\(body)\n"
  }
}
