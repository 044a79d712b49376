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
        Letter.AssertSame(Expected, Fetched());
        Assert.Equal(Letters.Length, (await ImapAsync()).Count);

        // Left on the server, known by its unique id: nothing comes twice.
        await GetmailAsync(retriever, port, delete: false);
        Assert.Equal(Letters.Length, Fetched().Count());

        await SendAsync(Letter.Plain("new"));
        await GetmailAsync(retriever, port, delete: true);
        Letter.AssertSame([.. Expected, Letter.Plain("new").WithUnixLines()], Fetched());
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
        // fetchmail itself cuts lines of more than 8 KB.
        var letters = Letters.Where(letter => letter.Name != "long-line").ToList();
        var expected = letters.Select(letter => letter.WithUnixLines()).ToList();
        await SendAsync(letters);
        await FetchmailAsync(protocol, port, tls, "keep");
        Letter.AssertSame(expected, Fetched());
        Assert.Equal(letters.Count, (await ImapAsync()).Count);

        foreach (var file in Directory.EnumerateFiles(At("in")))
            File.Delete(file);
        await FetchmailAsync(protocol, port, tls, "no keep");
        Letter.AssertSame(expected, Fetched());
        Assert.Empty(await ImapAsync());
    }

    async Task GetmailAsync(string retriever, string port, bool delete)
    {
        Directory.CreateDirectory(At("in"));
        Configure(
            "getmail/getmailrc",
            $"""
            [retriever]
            type = {retriever}
            server = 127.0.0.1
            port = {Cloud[port]}
            username = {MailServer.Alice}
            password = {MailServer.AlicePassword}

            [destination]
            type = MDA_external
            path = /bin/sh
            arguments = ("-c", "cat > {At("in")}/$(mktemp -u XXXXXXXX)")
            allow_root_commands = true

            [options]
            read_all = false
            delete = {(delete ? "true" : "false")}
            delivered_to = false
            received = false

            """
        );
        await Tool.RunAsync(Home, "getmail", "--getmaildir", At("getmail"), "--rcfile", "getmailrc");
    }

    async Task FetchmailAsync(string protocol, string port, string tls, string keep)
    {
        Directory.CreateDirectory(At("in"));
        var configuration = Configure(
            "fetchmailrc",
            $"""
            poll 127.0.0.1 protocol {protocol} port {Cloud[port]}
              user "{MailServer.Alice}" password "{MailServer.AlicePassword}"
              {tls} {keep} fetchall no rewrite
              mda "cat > {At("in")}/$(mktemp -u XXXXXXXX)"

            """
        );
        await Tool.RunAsync(Home, "fetchmail", "-f", configuration, "--nosyslog", "--pidfile", At("fetchmail.pid"));
    }

    IEnumerable<Letter> Fetched() => Directory.EnumerateFiles(At("in")).Select(File.ReadAllBytes).Select(Fetched);

    /// <summary>getmail tells the mailbox in a header of its own when it comes by IMAP.</summary>
    static Letter Fetched(byte[] bytes) => Letter.In(Letter.Without(bytes, "X-getmail-retrieved-from-mailbox"));
}
