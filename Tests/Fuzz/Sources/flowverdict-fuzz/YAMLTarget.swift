import Manifests

/// Manifests in YAML.
struct YAMLTarget: FuzzTarget {
  static let name = "yaml"

  func run(_ input: [UInt8]) -> Bool {
    // What begins like this is read as JSON.
    guard let first = input.first, first != UInt8(ascii: "{") else { return false }
    _ = ManifestProperties(input: input).check()
    return true
  }

  static func seeds() -> [[UInt8]] { Seeds.yamlManifests }
}
