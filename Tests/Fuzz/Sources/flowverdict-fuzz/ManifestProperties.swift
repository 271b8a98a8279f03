import FlowAudit
import Manifests

/// What must hold of every manifest, whatever its bytes.
struct ManifestProperties {
  let input: [UInt8]

  /// - Returns: what was loaded.
  func check() -> LoadedManifests {
    let loaded = Self.load(input)
    checkPlaces(loaded)
    checkMoved(loaded)
    if !loaded.hasErrors { _ = InputDigest(loaded.snapshot, loaded.policies) }
    return loaded
  }

  static func load(_ bytes: [UInt8]) -> LoadedManifests {
    var loader = ManifestLoader()
    loader.load(bytes: bytes, name: "input")
    return loader.finish()
  }

  /// Findings lie inside of the text, and have words.
  private func checkPlaces(_ loaded: LoadedManifests) {
    let lineCount = input.count { $0 == 0x0a || $0 == 0x0d } + 2
    for finding in loaded.findings {
      require(!finding.message.isEmpty && !"\(finding)".isEmpty, "a finding without words")
      guard let location = finding.location else { continue }
      require(
        location.line >= 1 && location.line <= lineCount && location.column >= 1
          && location.column <= input.count + 2,
        "a finding outside of the text: \(finding)")
    }
    let places = loaded.findings.compactMap(\.location).map { ($0.line, $0.column) }
    require(
      zip(places, places.dropFirst()).allSatisfy { $0 <= $1 }, "findings out of order: \(places)")
    // What stops reading has a place.
    for finding in loaded.findings where finding.kind == .syntax || finding.kind == .tab {
      require(
        finding.location != nil || finding.message.contains("the rest is not read"),
        "a syntax error without a place: \(finding)")
    }
  }

  /// Behind an empty line everything is the same, a line further down.
  private func checkMoved(_ loaded: LoadedManifests) {
    // Other encodings are told by their first bytes.
    guard input.count > 4, input.prefix(4).allSatisfy({ $0 != 0 && $0 < 0x80 }),
      !input.starts(with: [0x1f, 0x8b])
    else { return }
    let moved = Self.load([0x0a] + input)
    func places(_ loaded: LoadedManifests, _ lines: Int) -> [String] {
      loaded.findings.map { finding in
        // What is said of a whole file stays where it is.
        let isOfFile = finding.kind == .emptyFile
        let place =
          finding.location.map { "\($0.line + (isOfFile ? 0 : lines)):\($0.column)" } ?? "-"
        return "\(place) \(finding.kind.rawValue) \(finding.object) \(finding.field)"
      }
    }
    let (before, after) = (places(loaded, 1), places(moved, 0))
    require(before == after, "behind an empty line: \(after), without: \(before)")
  }
}
