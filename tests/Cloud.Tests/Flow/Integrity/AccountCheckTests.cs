using System.Text.Json;
using Cloud.Api.Rest;
using Cloud.Api.Rest.Checks;
using Cloud.Cli.Control;
using Cloud.Flow.Integrity;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Integrity;

/// <summary>Damage of each kind is found, and what can be is repaired.</summary>
public sealed class AccountCheckTests
{
    const string Text = "From: a@b.test\r\nSubject: one\r\n\r\ntext\r\n";

    readonly MemoryRows rows = new();
    readonly MemoryBlobs blobs = new();

    /// <summary>Two messages in INBOX, the second one read and in Archive as well.</summary>
    async Task<TestBackend> OpenAsync()
    {
        // Nothing is remembered between: damage is done behind the store's back.
        var test = await TestBackend.OpenAsync(rows, blobs, options: new() { SoleOwner = false });
        await test.AppendAsync(test.AliceId, "INBOX", Text);
        await test.AppendAsync(test.AliceId, "INBOX", Text + "more\r\n", MessageFlags.Seen);
        var archive = await test.MailboxAsync(test.AliceId, "Archive");
        await test.Gateway.CopyAsync(new(test.AliceId, MailboxRow.Inbox, UidSet.Of([2]), archive.Id), default);
        return test;
    }

    static async Task<AccountCheckResult> CheckAsync(TestBackend test, bool hashes = false) =>
        (await test.Backend.Check.RunAsync(test.AliceId, hashes, default))!;

    static async Task RepairAsync(TestBackend test)
    {
        var found = await CheckAsync(test);
        var repaired = await test.Backend.Repair.RunAsync(test.AliceId, found.Findings, default);
        Assert.All(repaired, finding => Assert.True(finding.IsRepaired, finding.Text));
        Assert.Empty((await CheckAsync(test)).Findings);
    }

    [Fact]
    public async Task Nothing_is_found_where_all_is_well()
    {
        await using var test = await OpenAsync();
        var result = await CheckAsync(test, hashes: true);
        Assert.Empty(result.Findings);
        Assert.Equal((2, 2 * Text.Length + 6, true), (result.Messages, result.Octets, result.IsSteady));
        Assert.Null(await test.Backend.Check.RunAsync(new("none"), false, default));
    }

    [Fact]
    public async Task Wrong_counts_are_counted_anew()
    {
        await using var test = await OpenAsync();
        await ChangeAsync(test, MailboxRows.Key(MailboxRow.Inbox), data => Set(data, "Messages", 7));
        await ChangeAsync(test, AccountRows.Key, data => Set(data, "Octets", 1L));
        var kinds = (await CheckAsync(test)).Findings.Select(finding => finding.Kind);
        Assert.Equal([FindingKind.MailboxCounts, FindingKind.AccountCounts], kinds);
        await RepairAsync(test);
        Assert.Equal(2, (await test.OpenAsync(test.AliceId)).Mailbox.Messages);
    }

    [Fact]
    public async Task A_place_without_a_message_behind_it_goes()
    {
        await using var test = await OpenAsync();
        var first = (await test.OpenAsync(test.AliceId)).Entries[0];
        await RemoveAsync(test, EmailRows.Key(first.Email));
        Assert.Equal(FindingKind.MessageMissing, Assert.Single((await CheckAsync(test)).Findings).Kind);
        await RepairAsync(test);
        Assert.Equal(2u, Assert.Single((await test.OpenAsync(test.AliceId)).Entries).Uid);
    }

    [Fact]
    public async Task A_message_that_no_mailbox_shows_comes_into_inbox()
    {
        await using var test = await OpenAsync();
        var first = (await test.OpenAsync(test.AliceId)).Entries[0];
        var kept = await rows.GetAsync(Tables.Mail, new(test.AliceId.Value, EmailRows.Key(first.Email)), default);
        await test.Gateway.ExpungeAsync(test.AliceId, MailboxRow.Inbox, UidSet.Of([1]), false, default);
        await WriteAsync(test, EmailRows.Key(first.Email), kept!.Data);
        var kinds = (await CheckAsync(test)).Findings.Select(finding => finding.Kind);
        Assert.Equal([FindingKind.Unplaced, FindingKind.OctetsMissing], kinds);

        var found = (await CheckAsync(test)).Findings;
        var repaired = await test.Backend.Repair.RunAsync(test.AliceId, found, default);
        Assert.Equal([true, false], repaired.Select(finding => finding.IsRepaired));
        Assert.Equal(3u, (await test.OpenAsync(test.AliceId)).Entries[^1].Uid);
        Assert.Equal(FindingKind.OctetsMissing, Assert.Single((await CheckAsync(test)).Findings).Kind);
    }

    [Fact]
    public async Task A_row_that_tells_of_other_places_is_set_right()
    {
        await using var test = await OpenAsync();
        var second = (await test.OpenAsync(test.AliceId)).Entries[1];
        var key = EmailRows.Key(second.Email);
        var row = (await rows.GetAsync(Tables.Mail, new(test.AliceId.Value, key), default))!;
        var email = EmailRows.From(row.Key, row.Data);
        await WriteAsync(test, key, EmailRows.ToRow(email with { Placements = [new(new(9), 9)] }));
        Assert.Equal(FindingKind.PlacesDiffer, Assert.Single((await CheckAsync(test)).Findings).Kind);
        await RepairAsync(test);
    }

    [Fact]
    public async Task Octets_that_are_not_what_came_in_are_found_by_their_hash()
    {
        await using var test = await OpenAsync();
        var first = (await test.OpenAsync(test.AliceId)).Entries[0];
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [first.Email], default));
        await blobs.DeleteAsync(email.Blob, default);
        await using (var writer = await blobs.CreateAsync(email.Blob, default))
        {
            await writer.WriteAsync("other"u8.ToArray(), default);
            await writer.CompleteAsync(default);
        }
        Assert.Empty((await CheckAsync(test)).Findings);
        var finding = Assert.Single((await CheckAsync(test, hashes: true)).Findings);
        Assert.Equal((FindingKind.OctetsDiffer, $"{first.Email}"), (finding.Kind, finding.Message));
    }

    [Fact]
    public async Task Of_more_damage_than_is_told_the_result_says_so()
    {
        await using var test = await OpenAsync();
        var first = (await test.OpenAsync(test.AliceId)).Entries[0];
        var kept = await rows.GetAsync(Tables.Mail, new(test.AliceId.Value, EmailRows.Key(first.Email)), default);
        for (var more = 1UL; more <= AccountCheckResult.MaxFindings; more++)
            await WriteAsync(test, EmailRows.Key(new(first.Email.Value + 1_000_000 + more)), kept!.Data);
        Assert.False((await CheckAsync(test)).IsCut);
        await WriteAsync(test, EmailRows.Key(new(first.Email.Value + 1_000_000)), kept!.Data);
        var result = await CheckAsync(test);
        Assert.Equal((AccountCheckResult.MaxFindings, true), (result.Findings.Count, result.IsCut));
    }

    [Fact]
    public async Task After_a_repair_it_is_told_what_is_left()
    {
        await using var test = await OpenAsync();
        await ChangeAsync(test, MailboxRows.Key(MailboxRow.Inbox), data => Set(data, "Messages", 7));
        var second = (await test.OpenAsync(test.AliceId)).Entries[1];
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [second.Email], default));
        await blobs.DeleteAsync(email.Blob, default);
        var api = new LocalCaller(new RestApi(test.Backend));
        var ask = new ApiAsk("POST", $"{RestApi.Prefix}/users/{TestBackend.Alice}/check?repair=true", null);
        await using var reply = await api.SendAsync(ask, default);
        var result = await JsonSerializer.DeserializeAsync(reply.Body, CheckJson.Default.AccountCheckResult);
        Assert.Equal(
            [(FindingKind.MailboxCounts, true), (FindingKind.OctetsMissing, false)],
            result!.Findings.Select(finding => (finding.Kind, finding.IsRepaired))
        );
        Assert.Equal((true, false), (result.IsSteady, result.IsCut));
    }

    static RowData Set(RowData data, string name, object value)
    {
        var changed = new RowData();
        foreach (var (key, old) in data)
            changed.Add(key, old);
        changed[name] = value;
        return changed;
    }

    async Task ChangeAsync(TestBackend test, string key, Func<RowData, RowData> change)
    {
        var row = (await rows.GetAsync(Tables.Mail, new(test.AliceId.Value, key), default))!;
        await WriteAsync(test, key, change(row.Data));
    }

    async Task WriteAsync(TestBackend test, string key, RowData data)
    {
        var transaction = new RowTransaction(test.AliceId.Value).Upsert(key, data);
        Assert.True((await rows.CommitAsync(Tables.Mail, transaction, default)).Committed);
    }

    async Task RemoveAsync(TestBackend test, string key)
    {
        var transaction = new RowTransaction(test.AliceId.Value).Delete(key);
        Assert.True((await rows.CommitAsync(Tables.Mail, transaction, default)).Committed);
    }
}
