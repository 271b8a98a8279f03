import Foundation
import LookupTable
import Manifests
import PolicyCompilation

/// A table file as `compile` writes it, taken apart.
struct SoundTable: Sendable {
  /// Everything before the names, which are the last section.
  var tables: [UInt8]
  var names: [UInt8]

  init(_ compiled: CompiledPolicies) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).fvt")
      .path()
    try compiled.write(toFile: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let table = try DecisionTable(contentsOfFile: path)
    unsafe names = [UInt8](table.names)
    unsafe tables = [UInt8](table.memory.bytes.dropLast(table.names.count))
  }

  /// One table of each layout.
  static func all() -> [SoundTable] {
    var loader = ManifestLoader()
    loader.load(bytes: SeedManifests.cluster.utf8, name: "cluster.yaml")
    loader.load(bytes: SeedManifests.policies.utf8, name: "policies.yaml")
    let loaded = loader.finish()
    require(!loaded.hasErrors, "\(loaded.findings)")
    return PairLayout.allCases.map { layout in
      do {
        return try SoundTable(
          CompiledPolicies.compile(loaded.snapshot, loaded.policies, forcedLayout: layout))
      } catch {
        report("no table: \(error)")
        exit(2)
      }
    }
  }
}
