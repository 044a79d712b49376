using System.Text;
using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Cloud.Cli.Archive;
using Cloud.Cli.Control;
using Cloud.Mail.Archives;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;
using MessageFlags = Cloud.Store.Messages.MessageFlags;

namespace Cloud.Tests.Cli.Archive;

/// <summary>Mail goes out to files and comes back as it was; what comes from files comes once.</summary>
public sealed class ArchiveTests : IDisposable
{
    static readonly string[] Odd =
    [
        "From: a@b.test\r\n\r\ntext\r\n",
        "From: a@b.test\r\n\r\nFrom here on\r\n>From there\r\n>>From\r\n",
        "From: a@b.test\r\n\r\nno line end",
        "From: a@b.test\r\nStatus: RO\r\nX-Status: A\r\n\r\ntext\r\n",
        "From: a@b.test\nlone: line feeds\n\ntext\n",
        "From: a@b.test\r\n\r\ntext\r\n\r\n\r\n\r\n",
        "no header at all",
        "",
        "From: a@b.test\r\nSubject: only a header\r\n",
        "From: gr\u00fcn@b.test\r\n\r\n\u00fc\r\n",
    ];

    readonly string folder = Directory.CreateTempSubdirectory("cloud-archive-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Combine(folder, name);

    static ArchiveClient Client(TestBackend test, string user, bool again = false) =>
        new(new LocalCaller(new RestApi(test.Backend)), user, again);

    static async Task FillAsync(TestBackend test)
    {
        foreach (var text in Odd)
            Assert.True((await test.AppendAsync(test.AliceId, "INBOX", text, MessageFlags.Seen, "$Work")).IsOk);
        await test.Gateway.CreateMailboxAsync(test.AliceId, "a.b/c", default, default);
        await test.AppendAsync(test.AliceId, "a.b/c", Odd[0], MessageFlags.Flagged);
        await test.AppendAsync(test.AliceId, "Sent", Odd[0]);
        await test.AppendAsync(test.AliceId, "Sent", Odd[0]);
    }

    async Task<ExportResult> ExportAsync(TestBackend test, string user, string name, bool mbox)
    {
        var directory = Directory.CreateDirectory(At(name)).FullName;
        ExportFiles files = mbox ? new MboxFiles(directory) : new MaildirFiles(directory);
        var exporter = new Exporter(Client(test, user), user, test.Time, new NoBar());
        return await exporter.RunAsync(directory, files, _ => true, default);
    }

    async Task<List<string>> ManifestAsync(string name)
    {
        var lines = new List<string>();
        await foreach (var line in ManifestReader.ReadAsync(At(name), default))
        {
            if (line.File is not null)
                lines.Add(
                    $"{line.Mailbox} {line.Sha256} {string.Join(' ', line.Flags!)} {string.Join(' ', line.Keywords!)} {line.Received:O}"
                );
        }
        return lines;
    }

    static Task<ImportResult> ImportAsync(TestBackend test, string user, IImportSource source, bool again = false) =>
        new Importer(Client(test, user, again), new NoBar()).RunAsync(source, default);

    Task<ImportResult> RestoreAsync(TestBackend test, string user, string name) =>
        ImportAsync(test, user, new ManifestSource(At(name)), again: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_exported_is_restored_into_an_empty_account_as_it_was(bool mbox)
    {
        await using var test = await TestBackend.OpenAsync();
        await FillAsync(test);
        var written = await ExportAsync(test, TestBackend.Alice, "first", mbox);
        Assert.Equal(Odd.Length + 3, written.Messages);
        var check = await ExportCheck.RunAsync(At("first"), new NoBar(), default);
        Assert.Empty(check.Faults);
        Assert.Equal(written.Messages, check.Messages);

        var restored = await ImportAsync(test, TestBackend.Bob, new ManifestSource(At("first")));
        Assert.Equal((written.Messages, 0), (restored.Brought, restored.Known));
        var again = await ImportAsync(test, TestBackend.Bob, new ManifestSource(At("first")));
        Assert.Equal((0, written.Messages), (again.Brought, again.Known));
        await ExportAsync(test, TestBackend.Bob, "second", mbox: false);
        Assert.Equal(await ManifestAsync("first"), await ManifestAsync("second"));
    }

    [Fact]
    public async Task Damage_to_an_export_is_found()
    {
        await using var test = await TestBackend.OpenAsync();
        await FillAsync(test);
        await ExportAsync(test, TestBackend.Alice, "export", mbox: false);
        var files = Directory.GetFiles(At("export/Maildir/cur")).Order().ToList();
        File.Delete(files[0]);
        await File.WriteAllTextAsync(files[1], new string('x', (int)new FileInfo(files[1]).Length));
        await File.AppendAllTextAsync(files[2], "more");
        var check = await ExportCheck.RunAsync(At("export"), new NoBar(), default);
        Assert.Equal(3, check.Faults.Count);
        var restored = await RestoreAsync(test, TestBackend.Bob, "export");
        Assert.Equal((Odd.Length, 3), (restored.Brought, restored.Refused));
        Assert.Equal(
            files.Take(3).Select(file => Path.GetRelativePath(At("export"), file)),
            restored.Refusals.Select(one => one.Message).Order()
        );
        Assert.All(restored.Refusals, one => Assert.Equal("INBOX", one.Mailbox));
        Assert.Single(restored.Refusals, one => one.Reason == "It is missing");

        var manifest = At("export/manifest.jsonl");
        var lines = await File.ReadAllLinesAsync(manifest);
        await File.WriteAllLinesAsync(manifest, lines[..^1]);
        await Assert.ThrowsAnyAsync<IOException>(() => ExportCheck.RunAsync(At("export"), new NoBar(), default));
        await File.WriteAllLinesAsync(manifest, [.. lines[..3], .. lines[4..]]);
        await Assert.ThrowsAnyAsync<IOException>(() => ExportCheck.RunAsync(At("export"), new NoBar(), default));
    }

    [Fact]
    public async Task A_manifest_names_nothing_outside_of_its_directory()
    {
        await File.WriteAllTextAsync(At("secret"), "secret");
        Directory.CreateDirectory(At("export"));
        foreach (var file in new[] { "../secret", At("secret") })
            Assert.Null(await ManifestReader.OpenAsync(At("export"), new() { File = file }, default));
    }

    [Fact]
    public async Task A_maildir_comes_with_its_folders_flags_and_keywords_and_each_message_once()
    {
        await using var test = await TestBackend.OpenAsync();
        await FillAsync(test);
        await ExportAsync(test, TestBackend.Alice, "export", mbox: false);
        var result = await ImportAsync(test, TestBackend.Bob, new MaildirSource(At("export/Maildir")));
        Assert.Equal(Odd.Length + 3, result.Brought);
        var view = await test.OpenAsync(test.BobId);
        Assert.Equal(Odd.Length, view.Entries.Count);
        Assert.All(view.Entries, entry => Assert.Equal(MessageFlags.Seen, entry.Flags));
        Assert.Contains("$Work", view.Mailbox.Keywords);
        Assert.Single((await test.OpenAsync(test.BobId, "a_b/c")).Entries);
        var texts = new List<string?>();
        foreach (var entry in view.Entries)
            texts.Add(await test.ReadAsync(test.BobId, entry.Email));
        Assert.Equal(Odd, texts);

        // What the user deletes stays deleted.
        await test.Gateway.ExpungeAsync(test.BobId, view.Mailbox.Id, UidSet.Of([1]), false, default);
        var again = await ImportAsync(test, TestBackend.Bob, new MaildirSource(At("export/Maildir")));
        Assert.Equal((0, Odd.Length + 3), (again.Brought, again.Known));
    }

    [Fact]
    public async Task An_mbox_file_comes_into_the_mailbox_that_is_named()
    {
        await File.WriteAllTextAsync(
            At("old.mbox"),
            "From a@b.test Thu Jan  1 00:00:00 2026\nSubject: 1\nStatus: RO\n\n>From here\n\nFrom a@b.test Fri Jan  2 00:00:00 2026\nSubject: 2\n\ntext\n\n"
        );
        await using var test = await TestBackend.OpenAsync();
        for (var times = 0; times < 2; times++)
            await ImportAsync(test, TestBackend.Alice, new MboxSource(At("old.mbox"), "Old/Mail", MboxFamily.Mboxrd));
        var entries = (await test.OpenAsync(test.AliceId, "Old/Mail")).Entries;
        Assert.Equal([MessageFlags.Seen, MessageFlags.None], entries.Select(entry => entry.Flags));
        Assert.Equal("Subject: 1\n\nFrom here\n", await test.ReadAsync(test.AliceId, entries[0].Email));
        Assert.Equal(new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.FromUnixTimeSeconds(entries[1].Received));
    }

    [Fact]
    public async Task An_import_over_the_quota_ends_with_a_word_and_goes_on_when_there_is_room()
    {
        await using var test = await TestBackend.OpenAsync();
        await FillAsync(test);
        await ExportAsync(test, TestBackend.Alice, "export", mbox: false);
        await test.Admin.Users.SetQuotaAsync(TestBackend.Bob, 100, default);
        var importing = () => ImportAsync(test, TestBackend.Bob, new ManifestSource(At("export")));
        await Assert.ThrowsAsync<Cloud.Api.Admin.AdminException>(importing);
        await test.Admin.Users.SetQuotaAsync(TestBackend.Bob, 0, default);
        var result = await importing();
        Assert.InRange(result.Known, 1, Odd.Length);
        Assert.Equal(Odd.Length + 3, result.Brought + result.Known);
    }

    [Fact]
    public async Task What_was_deleted_since_a_restore_comes_again_with_the_next_one_and_nothing_twice()
    {
        await using var test = await TestBackend.OpenAsync();
        await FillAsync(test);
        await ExportAsync(test, TestBackend.Alice, "export", mbox: false);
        await RestoreAsync(test, TestBackend.Bob, "export");
        var inbox = await test.OpenAsync(test.BobId);
        await test.Gateway.ExpungeAsync(test.BobId, inbox.Mailbox.Id, UidSet.Of([1, 2, 3, 4, 5]), false, default);

        var second = await RestoreAsync(test, TestBackend.Bob, "export");
        Assert.Equal((5, Odd.Length + 3 - 5), (second.Brought, second.Known));
        var third = await RestoreAsync(test, TestBackend.Bob, "export");
        Assert.Equal((0, Odd.Length + 3), (third.Brought, third.Known));
        await ExportAsync(test, TestBackend.Bob, "again", mbox: false);
        Assert.Equal((await ManifestAsync("export")).Order(), (await ManifestAsync("again")).Order());
    }

    [Fact]
    public async Task A_message_that_equals_one_of_Sent_is_brought_too()
    {
        await using var test = await TestBackend.OpenAsync();
        await test.Admin.SetSavesSentAsync(TestBackend.Bob, true, default);
        const string text = "From: bob@example.test\r\nMessage-ID: <1@example.test>\r\n\r\ntext\r\n";
        await test.AppendAsync(test.AliceId, "Sent", text);
        await test.AppendAsync(test.AliceId, "Sent", text);
        await ExportAsync(test, TestBackend.Alice, "export", mbox: false);
        await test.AppendAsync(test.BobId, "Sent", text);

        var restored = await RestoreAsync(test, TestBackend.Bob, "export");
        Assert.Equal((2, 0), (restored.Brought, restored.Known));
        Assert.Equal(3, (await test.OpenAsync(test.BobId, "Sent")).Entries.Count);
    }

    [Fact]
    public async Task A_message_that_is_refused_is_told_of_and_the_others_come()
    {
        await using var test = await TestBackend.OpenAsync();
        await FillAsync(test);
        await ExportAsync(test, TestBackend.Alice, "export", mbox: false);
        var odd = Directory.GetFiles(At("export/Maildir/cur")).Order().First();
        using (var file = new FileStream(odd, FileMode.Open))
            file.SetLength(Cloud.Api.Rest.Archive.ArchiveMessage.MaxSize + 1);

        var result = await ImportAsync(test, TestBackend.Bob, new MaildirSource(At("export/Maildir")));
        Assert.Equal((Odd.Length + 2, 1), (result.Brought, result.Refused));
        var refusal = Assert.Single(result.Refusals);
        Assert.Equal(("INBOX", odd), (refusal.Mailbox, refusal.Message));
        Assert.Contains("octets", refusal.Reason);
    }

    sealed class NoBar : IProgressBar
    {
        public void Begin(string what, long? of) { }

        public void Step() { }
    }
}
