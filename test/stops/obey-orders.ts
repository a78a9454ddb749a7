/** Preloaded into the one thread that is to hang; see hang-thread.ts. */
import { obeyOrders } from "../harness/worker-orders.ts";

obeyOrders();
