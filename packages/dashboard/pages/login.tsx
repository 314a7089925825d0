/** Nobody is logged in: there is no password, a link from the machine itself opens the door. */
export function LoginPage() {
  return (
    <main class="login">
      <h1>Who is there?</h1>
      <p>This page opens by a link that works once. On the machine, or on your laptop through ssh:</p>
      <pre class="example">reconcile dashboard</pre>
      <p class="dim">A session lasts twelve hours.</p>
    </main>
  );
}
