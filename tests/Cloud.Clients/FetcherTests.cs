namespace Cloud.Clients;

/// <summary>getmail6 and fetchmail, by POP3 and IMAP, leaving the mail on the server or not.</summary>
public sealed class FetcherTests : ClientTests
{
    static readonly Letter[] Letters =
    [
        Letter.Plain("1"),
        Letter.Plain("2"),
        Letter.Ugly[0],
        Letter.Ugly[1],
        Letter.Ugly[3],
    ];

    static IEnumerable<Letter> Expected => Letters.Select(letter => letter.WithUnixLines());

    [SkippableTheory]
    [InlineData("SimplePOP3Retriever", "pop3")]
    [InlineData("SimplePOP3SSLRetriever", "pop3s")]
    [InlineData("SimpleIMAPRetriever", "imap")]
    [InlineData("SimpleIMAPSSLRetriever", "imaps")]
    public async Task Getmail_fetches_once_and_then_deletes(string retriever, string port)
    {
        Tool.Require("getmail");
        await SendAsync(Letters);
        await GetmailAsync(retriever, port, delete: false);
        Letter.AssertSame(Expected, Maildir());
        Assert.Equal(Letters.Length, (await ImapAsync()).Count);

        // Left on the server, known by its unique id: nothing comes twice.
        await GetmailAsync(retriever, port, delete: false);
        Assert.Equal(Letters.Length, Maildir().Count());

        await SendAsync(Letter.Plain("new"));
        await GetmailAsync(retriever, port, delete: true);
        Letter.AssertSame([.. Expected, Letter.Plain("new").WithUnixLines()], Maildir());
        Assert.Empty(await ImapAsync());
    }

    [SkippableTheory]
    [InlineData("pop3", "pop3", "sslproto ''")]
    [InlineData("pop3", "pop3", "sslproto 'tls1.2+' no sslcertck")]
    [InlineData("pop3", "pop3s", "ssl no sslcertck")]
    [InlineData("imap", "imap", "sslproto ''")]
    [InlineData("imap", "imap", "sslproto 'tls1.2+' no sslcertck")]
    [InlineData("imap", "imaps", "ssl no sslcertck")]
    public async Task Fetchmail_keeps_and_then_takes(string protocol, string port, string tls)
    {
        Tool.Require("fetchmail");
        await SendAsync(Letters);
        await FetchmailAsync(protocol, port, tls, "keep");
        Letter.AssertSame(Expected, Fetched());
        Assert.Equal(Letters.Length, (await ImapAsync()).Count);

        foreach (var file in Directory.EnumerateFiles(At("in")))
            File.Delete(file);
        await FetchmailAsync(protocol, port, tls, "no keep");
        Letter.AssertSame(Expected, Fetched());
        Assert.Empty(await ImapAsync());
    }

    async Task GetmailAsync(string retriever, string port, bool delete)
    {
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(At($"maildir/{part}"));
        Configure(
            "getmail/getmailrc",
            $"""
            [retriever]
            type = {retriever}
            server = 127.0.0.1
            port = {Cloud[port]}
            username = {CloudProcess.Alice}
            password = {CloudProcess.AlicePassword}

            [destination]
            type = Maildir
            path = {At("maildir")}/

            [options]
            read_all = false
            delete = {(delete ? "true" : "false")}
            delivered_to = false
            received = false

            """
        );
        await Tool.RunAsync(Home, "getmail", "--getmaildir", At("getmail"), "--rcfile", "getmailrc");
    }

    IEnumerable<Letter> Maildir() =>
        Directory.EnumerateFiles(At("maildir/new")).Select(file => Letter.In(File.ReadAllBytes(file)));

    async Task FetchmailAsync(string protocol, string port, string tls, string keep)
    {
        Directory.CreateDirectory(At("in"));
        var configuration = Configure(
            "fetchmailrc",
            $"""
            poll 127.0.0.1 protocol {protocol} port {Cloud[port]}
              user "{CloudProcess.Alice}" password "{CloudProcess.AlicePassword}"
              {tls} {keep} fetchall no rewrite
              mda "cat > {At("in")}/$(mktemp -u XXXXXXXX)"

            """
        );
        await Tool.RunAsync(Home, "fetchmail", "-f", configuration, "--nosyslog", "--pidfile", At("fetchmail.pid"));
    }

    IEnumerable<Letter> Fetched() =>
        Directory.EnumerateFiles(At("in")).Select(file => Letter.In(File.ReadAllBytes(file)));
}
