import { expect, test } from "bun:test";
import { storeError } from "../../src/store/mysql/connection/errors.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { mysqlLocation } from "./mysql-location.ts";

/** A commit that was refused, and statements that took longer than the database allows. */
for (const number of [1180, 1969, 3024]) {
  test.skipIf(mariadbIsMissing())(
    `error ${number} of the database is temporary, and nothing is stored: 503`,
    async () => {
      await using database = await (await sharedMariadb()).freshDatabase();
      const location = mysqlLocation(database.url);
      const session = new Session(location, new Hosts(location.hosts));
      const failing = session.one(`SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = ${number}`, [], location.timeoutMs);
      const error = await failing.catch((thrown: unknown) => thrown);
      expect(storeError(error, location.text)).toMatchObject({ fault: "unreachable", nothingStored: true });
      await session.close();
    },
    30_000,
  );
}
