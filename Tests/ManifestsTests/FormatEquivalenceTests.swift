import ClusterModel
import Foundation
import Testing
import Yams

@testable import Manifests

/// The same objects say the same in YAML and in JSON.
@Suite struct FormatEquivalenceTests {
  @Test(arguments: ConformanceLoadingTests.suites)
  func `a suite's manifests read the same from YAML and from JSON`(suite: String) throws {
    guard let folder = SharedFolder.folder("conformance/\(suite)") else { return }
    var compared = 0
    // A sample of each suite keeps the test short; all cases have the same form.
    for name in SharedFolder.cases(in: folder).prefix(12) {
      for file in ["cluster.yaml", "policies.yaml"] {
        let url = folder.appending(path: name).appending(path: file)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
        let documents = try Yams.load_all(yaml: text)
        var json = ""
        for document in documents where !(document is NSNull) {
          let data = try JSONSerialization.data(withJSONObject: document, options: [.prettyPrinted])
          json += String(decoding: data, as: UTF8.self) + "\n"
        }
        let fromYAML = load(text, name: "file")
        let fromJSON = load(json, name: "file")
        #expect(fromYAML.withoutLocations == fromJSON.withoutLocations, "\(name)/\(file)")
        compared += 1
      }
    }
    #expect(compared > 0)
  }
}

extension LoadedManifests {
  /// Everything that was read, as text, without the places.
  fileprivate var withoutLocations: [String] {
    var snapshot = snapshot
    for index in snapshot.pods.indices { snapshot.pods[index].location = nil }
    for index in snapshot.namespaces.indices { snapshot.namespaces[index].location = nil }
    for index in snapshot.nodes.indices { snapshot.nodes[index].location = nil }
    for index in snapshot.services.indices {
      snapshot.services[index].location = nil
      snapshot.services[index].selector = nil
    }
    for index in snapshot.endpointSlices.indices { snapshot.endpointSlices[index].location = nil }
    return snapshot.pods.map { "\($0)" } + snapshot.namespaces.map { "\($0)" }
      + snapshot.nodes.map { "\($0)" } + snapshot.services.map { "\($0)" }
      + snapshot.endpointSlices.map { "\($0)" }
      + policies.networkPolicies.map { "\($0.withoutLocations)" }
      + policies.clusterPolicies.map { "\($0.withoutLocations)" }
  }
}
