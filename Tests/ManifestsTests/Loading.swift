import ClusterModel

@testable import Manifests

/// Loads one text.
func load(_ text: String, name: String = "test.yaml") -> LoadedManifests {
  var loader = ManifestLoader()
  loader.load(bytes: text.utf8, name: name)
  return loader.finish()
}

/// Loads several files, each as a name and its text.
func load(files: [(name: String, text: String)]) -> LoadedManifests {
  var loader = ManifestLoader()
  for file in files { loader.load(bytes: file.text.utf8, name: file.name) }
  return loader.finish()
}

extension Finding {
  /// `LINE:COLUMN KIND FIELD`, the part that tests compare.
  var summary: String {
    "\(location.map { "\($0.line):\($0.column)" } ?? "-") \(kind.rawValue) \(field)"
  }
}

extension LoadedManifests {
  /// The findings that are more than notes.
  var problems: [String] {
    findings.filter { $0.severity != .note && $0.kind != .assumedNamespace }.map(\.summary)
  }
}

/// A generator whose numbers depend on the seed alone, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
