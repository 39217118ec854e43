import HubCache
import HubModel
import PythonJSON

/// The list of the shards of a model: which tensor is in which file (diffusers and transformers, `*.index.json`).
struct ShardIndex {
  private let source: RepositoryPath
  private let path: String
  private var index: JSONObject
  private let map: JSONObject

  private static let longest = 256 << 20

  init(_ source: RepositoryPath, in folder: String) throws(HubError) {
    (self.source, path) = (source, "\(folder)/\(source.text)")
    guard let bytes = try Disk.read(path, limit: Self.longest) else { throw .disk("open", path, 2) }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes, limits: JSONLimits(bytes: Self.longest, elements: 4_000_000))
    } catch {
      throw HubError(.checkpoint(file: path, reason: "it is no index of shards: \(error)"))
    }
    guard let index = value.object, let map = index["weight_map"]?.object else {
      throw HubError(.checkpoint(file: path, reason: "it is no index of shards, without a 'weight_map'"))
    }
    (self.index, self.map) = (index, map)
  }

  /// Writes the index for the shards as the plan names them, and for what the conversions left of their tensors.
  ///
  /// The text is that of Python's `json.dumps(index, indent=2, sort_keys=True)` and a newline, as diffusers writes it. The
  /// total size is that of the tensors in the shards if they were converted.
  func write(
    to path: String, _ plan: WeightPlan, _ shards: [RepositoryPath: SafetensorsShard]
  ) throws(HubError) {
    let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.source, $0) })
    var (new, used): (JSONObject, Set<RepositoryPath>) = (JSONObject(), [])
    for (name, value) in map {
      guard let file = value.string else { throw flaw("'\(name)' is in \(value.kind), and not in a file") }
      let shard = try WeightPlan.sibling(of: source, file)
      guard let step = steps[shard] else { throw flaw("the folder has no '\(shard)'") }
      if case .omit(let reason) = step.action { throw flaw("'\(shard)' is left out: \(reason)") }
      used.insert(shard)
      if let converted = shards[shard], !converted.names.contains(Array(name.utf8)) {
        guard converted.duplicates[name] != nil else { throw flaw("'\(shard)' has no tensor '\(name)'") }
        continue
      }
      new[name] = .string(step.target.lastComponent)
    }
    var result = index
    result["weight_map"] = .object(new)
    let sizes = used.compactMap { shards[$0]?.byteCount }
    if sizes.count == used.count, !sizes.isEmpty {
      var metadata = result["metadata"]?.object ?? JSONObject()
      metadata["total_size"] = .integer(sizes.reduce(0, +))
      result["metadata"] = .object(metadata)
    }
    try Disk.replace(path, with: Array((JSONValue.object(result).text() + "\n").utf8))
  }

  private func flaw(_ reason: String) -> HubError { HubError(.checkpoint(file: path, reason: reason)) }
}
