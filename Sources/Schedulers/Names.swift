/// Those of some names that are most like a mistyped one, the likest first.
func nearestNames(to name: String, of names: [String], count: Int = 3) -> [String] {
  let ranked = names.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
  return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(count).map(\.name)
}

/// How many letters have to be inserted, deleted or replaced to make one text of another (Levenshtein 1966).
private func editDistance(_ a: String, _ b: String) -> Int {
  // A stranger's name may be of any length; beyond this it is like no class's.
  let (a, b) = (Array(a.utf8.prefix(100)), Array(b.utf8))
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
      (diagonal, row[j + 1]) = (row[j + 1], next)
    }
  }
  return row[b.count]
}

/// Words as a sentence lists them: `a, b or c`.
func list(_ words: [String], _ last: String) -> String {
  guard words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " \(last) " + words[words.count - 1]
}
