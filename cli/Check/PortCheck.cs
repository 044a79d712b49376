namespace Cloud.Cli.Check;

/// <summary>What the checks of all protocols share: connecting, TLS, and what is said of the certificate.</summary>
abstract class PortCheck(CheckOptions options, string where, Action<Verdict, string> report, TimeProvider time)
{
    protected CheckOptions Options => options;

    protected void Report(Verdict verdict, string text) => report(verdict, text);

    protected async Task<LineConnection> ConnectAsync(int port, bool implicitTls, CancellationToken cancel)
    {
        var connection = await LineConnection.OpenAsync(options, port, cancel);
        try
        {
            if (implicitTls)
                await SecureAsync(connection, cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    protected async Task SecureAsync(LineConnection connection, CancellationToken cancel)
    {
        var certificate = await connection.StartTlsAsync(cancel);
        var finding = certificate.Report(where, time.GetUtcNow(), options.AllowUntrusted);
        report(finding.Verdict, finding.Text);
    }
}
