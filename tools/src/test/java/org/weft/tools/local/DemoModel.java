package org.weft.tools.local;

import org.weft.shard.model.ModelConfig;

/** The model that ships, opened for tests. */
final class DemoModel {
  private DemoModel() {}

  static OpenModel open() {
    return OpenModel.open(Installation.embeddedModel());
  }

  /** One whose configuration has no positions, which its weights do not show. */
  static OpenModel withoutContext(OpenModel open) {
    ModelConfig c = open.config();
    ModelConfig none =
        new ModelConfig(
            c.architecture(),
            c.name(),
            c.blocks(),
            c.width(),
            c.vocabulary(),
            0,
            c.ends(),
            c.plans());
    return new OpenModel(open.path(), open.file(), none);
  }
}
