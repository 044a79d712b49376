using System.Text;
using Cloud.Mail.Archives;

namespace Cloud.Tests.Mail.Archives;

public sealed class MaildirTests
{
    [Theory]
    [InlineData("1.M2P3.host:2,", MessageFlags.None, "")]
    [InlineData("1.M2P3.host:2,FRS", MessageFlags.Flagged | MessageFlags.Answered | MessageFlags.Seen, "")]
    [InlineData("1.M2P3.host;2,DPT", MessageFlags.Draft | MessageFlags.Passed | MessageFlags.Deleted, "")]
    [InlineData("1.M2P3.host!2,S", MessageFlags.Seen, "")]
    [InlineData("1.M2P3.host-2,S", MessageFlags.Seen, "")]
    [InlineData("1.M2P3.host:2,Saz", MessageFlags.Seen, "0,25")]
    [InlineData("1.M2P3.host:2,SXQ", MessageFlags.Seen, "")] // letters of the future
    public void Flags_are_read_from_the_name(string file, MessageFlags flags, string keywords)
    {
        var name = MaildirName.Parse(file)!;

        Assert.Equal("1.M2P3.host", name.Unique);
        Assert.Equal(flags, name.Flags);
        Assert.Equal(keywords, string.Join(',', name.Keywords));
        Assert.False(name.IsNew);
    }

    [Theory]
    [InlineData("1.M2P3.host")]
    [InlineData("1.M2P3.host:2")]
    [InlineData("1.M2P3.host:1,S")]
    [InlineData("1.M2P3.host:2,S!")]
    [InlineData("2,S")]
    public void Name_without_flags_is_a_new_messages(string file)
    {
        var name = MaildirName.Parse(file)!;

        Assert.True(name.IsNew);
        Assert.Equal(file, name.ToFile());
        Assert.EndsWith(":2,S", (name with { IsNew = false, Flags = MessageFlags.Seen }).ToFile());
    }

    [Fact]
    public void Sizes_are_read_and_written()
    {
        var name = MaildirName.Parse("1.M2P3.host,S=1234,W=1300:2,S")!;

        Assert.Equal(("1.M2P3.host", 1234L, 1300L), (name.Unique, name.Size, name.WireSize));
        Assert.Equal("1.M2P3.host,S=1234,W=1300;2,S", name.ToFile(MaildirName.Semicolon));
        Assert.Null(MaildirName.Parse("1.host,S=x:2,")!.Size);
        Assert.Null(MaildirName.Parse("1.host,S=99999999999999999999:2,")!.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".nfs01")]
    [InlineData("a/b")]
    public void Other_files_are_no_messages(string file) => Assert.Null(MaildirName.Parse(file));

    [Fact]
    public void Every_name_comes_back_with_every_separator()
    {
        for (var flags = 0; flags < 64; flags++)
        {
            foreach (var separator in new[] { MaildirName.Colon, MaildirName.Semicolon })
            {
                var name = new MaildirName("1.R0a.host", (MessageFlags)flags, [1, 7], 17);
                var read = MaildirName.Parse(name.ToFile(separator))!;
                Assert.Equal(name with { Keywords = read.Keywords }, read);
                Assert.Equal([1, 7], read.Keywords);
            }
        }

        var letters = new MaildirName("x", (MessageFlags)63, []).ToFile()["x:2,".Length..];
        Assert.Equal([.. letters.Order()], letters);
    }

    [Fact]
    public void New_names_hold_time_and_chance_and_nothing_a_file_name_cannot()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_772_366_400).AddTicks(12_340);

        Assert.Equal(
            @"1772366400.M1234R0102030405060708.a\057b\072c.example",
            MaildirName.NewUnique(now, [1, 2, 3, 4, 5, 6, 7, 8], "a/b:c.example")
        );
        Assert.NotNull(MaildirName.Parse(MaildirName.NewUnique(now, new byte[8], "host")));
    }

    [Theory]
    [InlineData(".Work", "Work")]
    [InlineData(".Work.Bills", "Work/Bills")]
    [InlineData(".Entw&APw-rfe", "Entwürfe")]
    [InlineData("cur", null)]
    [InlineData("..", null)]
    [InlineData(".a..b", null)]
    [InlineData(".", null)]
    [InlineData("./x", null)]
    public void Folders_are_named_in_modified_utf7(string directory, string? levels)
    {
        Assert.Equal(levels, MaildirFolder.Parse(directory) is { } read ? string.Join('/', read) : null);
        if (levels is not null)
            Assert.Equal(directory, MaildirFolder.Format(levels.Split('/')));
    }

    [Fact]
    public void Dots_and_slashes_in_a_level_make_no_other_level() =>
        Assert.Equal(".a_b.c__d", MaildirFolder.Format(["a.b", "c/.d"]));

    [Fact]
    public void Keyword_file_gives_letters_their_names()
    {
        var names = MaildirKeywords.Parse("0 $Forwarded\n2 Work\nx y\n99 z\n3 \n"u8);

        Assert.Equal(["$Forwarded", null, "Work", null], names.Take(4));
        Assert.Equal(MaildirKeywords.Max, names.Count);
        Assert.Equal("0 $Forwarded\n2 Work\n", Encoding.UTF8.GetString(MaildirKeywords.Format(names)));
    }

    [Fact]
    public void Any_name_is_read_or_refused()
    {
        foreach (var damaged in Damage.Mutate(Encoding.ASCII.GetBytes("1.M2P3.host,S=12,W=13:2,FSab"), 5, 5_000))
        {
            var file = Encoding.Latin1.GetString(damaged);
            if (MaildirName.Parse(file) is { } name)
                Assert.Equal(name.Flags, MaildirName.Parse(name.ToFile())?.Flags);
            MaildirFolder.Parse(file);
            MaildirKeywords.Parse(damaged);
        }
    }

    [Fact]
    public void Folder_without_a_name_is_no_other_directory()
    {
        Assert.Equal("._._", MaildirFolder.Format(["", ""]));
        Assert.Equal("._.___", MaildirFolder.Format(["", "../"]));
    }

    [Theory]
    [InlineData("x", 300)]
    [InlineData("\u00fc", 200)]
    [InlineData("\U0001F4E7", 100)]
    [InlineData("x/", 400)]
    public void Folder_with_a_long_name_is_cut_to_what_file_systems_take(string text, int times)
    {
        var name = "Old/" + string.Concat(Enumerable.Repeat(text, times)).TrimEnd('/');
        var directory = MaildirFolder.Format(name.Split('/'));
        Assert.InRange(directory.Length, 200, 250);
        Assert.StartsWith(string.Join('/', MaildirFolder.Parse(directory)!), name);
    }
}
