{
  # CMakeLists.txt defines the build; this leads tools that want a binding.gyp (node-gyp, npm rebuild) there.
  "targets": [{
    "target_name": "glia",
    "type": "none",
    "actions": [{
      "action_name": "native_build",
      "inputs": ["CMakeLists.txt"],
      "outputs": ["<(PRODUCT_DIR)/glia.node"],
      "action": ["node", "scripts/native-build.mjs", "<(CONFIGURATION_NAME)"]
    }]
  }]
}
