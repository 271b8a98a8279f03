import FlowAudit
import Manifests

/// Manifests in JSON.
struct JSONTarget: FuzzTarget {
  static let name = "json"

  func run(_ input: [UInt8]) -> Bool {
    guard input.first == UInt8(ascii: "{") else { return false }
    let loaded = ManifestProperties(input: input).check()
    checkYAML(input, loaded)
    return true
  }

  /// JSON is YAML: where both readers have nothing to complain of, they read the same.
  private func checkYAML(_ input: [UInt8], _ loaded: LoadedManifests) {
    guard Self.isClean(loaded), loaded.files.first?.objectCount ?? 0 > 0 else { return }
    // Three dashes make a YAML document of it.
    let other = ManifestProperties.load(Array("---\n".utf8) + input)
    guard Self.isClean(other) else { return }
    require(
      InputDigest(loaded.snapshot, loaded.policies) == InputDigest(other.snapshot, other.policies)
        && loaded.ignoredKinds == other.ignoredKinds,
      "read as JSON: \(loaded), as YAML: \(other)")
  }

  private static func isClean(_ loaded: LoadedManifests) -> Bool {
    loaded.findings.allSatisfy { $0.severity == .note || $0.kind == .assumedNamespace }
  }

  static func seeds() -> [[UInt8]] { Seeds.jsonManifests }
}
